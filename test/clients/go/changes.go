package main

import "github.com/qdrant/go-client/qdrant"

func numberIs(value int64) *qdrant.Filter { return must(qdrant.NewMatchInt("number", value)) }
func cityIs(value string) *qdrant.Filter  { return must(qdrant.NewMatch("city", value)) }

func vectorsOf(id uint64, vectors map[string]*qdrant.Vector) *qdrant.PointVectors {
	return &qdrant.PointVectors{Id: num(id), Vectors: qdrant.NewVectorsMap(vectors)}
}

func pointOf(id uint64, payload object, dense ...float32) *qdrant.PointStruct {
	vectors := map[string]*qdrant.Vector{}
	if len(dense) > 0 {
		vectors["dense"] = qdrant.NewVectorDense(dense)
	}
	return &qdrant.PointStruct{Id: num(id), Vectors: qdrant.NewVectorsMap(vectors), Payload: qdrant.NewValueMap(payload)}
}

func selected(ids ...uint64) *qdrant.PointsSelector {
	all := []*qdrant.PointId{}
	for _, id := range ids {
		all = append(all, num(id))
	}
	return qdrant.NewPointsSelectorIDs(all)
}

func setPayload(name string, payload object, key *string, selector *qdrant.PointsSelector) {
	answer, err := client.SetPayload(ctx, &qdrant.SetPayloadPoints{
		CollectionName: items, Wait: yes, Payload: qdrant.NewValueMap(payload), Key: key, PointsSelector: selector,
	})
	step(name, answer, err, update)
}

func clearPayload(name string, selector *qdrant.PointsSelector) {
	request := &qdrant.ClearPayloadPoints{CollectionName: items, Wait: yes, Points: selector}
	answer, err := client.ClearPayload(ctx, request)
	step(name, answer, err, update)
}

func updateVectors(name string, filter *qdrant.Filter, points ...*qdrant.PointVectors) {
	request := &qdrant.UpdatePointVectors{CollectionName: items, Wait: yes, Points: points, UpdateFilter: filter}
	answer, err := client.UpdateVectors(ctx, request)
	step(name, answer, err, update)
}

func deleteVectors(name string, selector *qdrant.PointsSelector, names ...string) {
	answer, err := client.DeleteVectors(ctx, &qdrant.DeletePointVectors{
		CollectionName: items, Wait: yes, PointsSelector: selector, Vectors: &qdrant.VectorsSelector{Names: names},
	})
	step(name, answer, err, update)
}

func deletePoints(name string, selector *qdrant.PointsSelector) {
	answer, err := client.Delete(ctx, &qdrant.DeletePoints{CollectionName: items, Wait: yes, Points: selector})
	step(name, answer, err, update)
}

func batchStep(name string, operations ...*qdrant.PointsUpdateOperation) {
	request := &qdrant.UpdateBatchPoints{CollectionName: items, Wait: yes, Operations: operations}
	answer, err := client.UpdateBatch(ctx, request)
	step(name, answer, err, updates)
}

func changeSteps() {
	setPayload("set payload", object{"city": "Rome", "number": 88, "fresh": []any{1, 2.0, "three"}}, nil, selected(8, 7))
	setPayload("set payload under a key", object{"e": int64(-9223372036854775808)}, text("nested.a"), selected(2))
	setPayload("set payload by filter", object{"country": "France"}, nil, qdrant.NewPointsSelectorFilter(cityIs("Paris")))
	overwritten, err := client.OverwritePayload(ctx, &qdrant.SetPayloadPoints{
		CollectionName: items, Wait: yes, Payload: qdrant.NewValueMap(object{"city": "Genève", "nothing": nil}),
		PointsSelector: selected(3),
	})
	step("overwrite payload", overwritten, err, update)
	removed, err := client.DeletePayload(ctx, &qdrant.DeletePayloadPoints{
		CollectionName: items, Wait: yes, Keys: []string{"mixed", "nested.a.b[].d"}, PointsSelector: selected(1),
	})
	step("delete payload", removed, err, update)
	clearPayload("clear payload", qdrant.NewPointsSelectorFilter(numberIs(12)))
	clearPayload("clear payload of ids", selected(4))
	updateVectors("update vectors", nil,
		vectorsOf(8, map[string]*qdrant.Vector{
			"words": qdrant.NewVectorSparse([]uint32{3, 1}, []float32{0.5, 0.25}),
			"rows":  qdrant.NewVectorMulti([][]float32{{0.1, 0.2}}),
		}),
		vectorsOf(1, map[string]*qdrant.Vector{"dense": qdrant.NewVector(0.25, 0.25, 0.5, 0.5)}),
	)
	updateVectors("update vectors with filter", numberIs(5),
		vectorsOf(1, map[string]*qdrant.Vector{"dense": qdrant.NewVector(1, 0, 0, 0)}),
		vectorsOf(2, map[string]*qdrant.Vector{"dense": qdrant.NewVector(0, 1, 0, 0)}),
	)
	deleteVectors("delete vectors", selected(3), "words", "rows")
	deleteVectors("delete vectors by filter", qdrant.NewPointsSelectorFilter(must(qdrant.NewHasID(num(7)))), "rows")
	upsertStep("upsert with filter", &qdrant.UpsertPoints{
		CollectionName: items,
		Points: []*qdrant.PointStruct{
			pointOf(1, object{"city": "never"}, 0, 0, 1, 0), pointOf(8, object{"city": "Napoli"}, 0, 0, 0, 1),
		},
		UpdateFilter: numberIs(88),
	})
	upsertStep("insert only", &qdrant.UpsertPoints{
		CollectionName: items,
		Points: []*qdrant.PointStruct{
			pointOf(1, object{"city": "never"}), pointOf(50, object{"city": "Bern"}, 0.5, 0.5, 0.1, 0.2),
		},
		UpdateMode: qdrant.UpdateMode_InsertOnly.Enum(),
	})
	upsertStep("update only", &qdrant.UpsertPoints{
		CollectionName: items,
		Points: []*qdrant.PointStruct{
			pointOf(50, object{"city": "Basel"}, 0.6, 0.1, 0.1, 0.2), pointOf(51, object{"city": "never"}),
		},
		UpdateMode: qdrant.UpdateMode_UpdateOnly.Enum(),
	})
	batchSteps()
	olderVectors()
	upsertStep("upsert of documents", &qdrant.UpsertPoints{
		CollectionName: items,
		Points: []*qdrant.PointStruct{
			{Id: num(91), Vectors: document(&qdrant.Document{Text: "brown foxes jump"})},
			{Id: num(92), Vectors: document(&qdrant.Document{
				Text: "the lazy dog", Options: qdrant.NewValueMap(object{"language": "german", "avg_len": 4}),
			})},
		},
	})
	acknowledged, err := client.Upsert(ctx, &qdrant.UpsertPoints{
		CollectionName: items, Points: []*qdrant.PointStruct{pointOf(90, object{"city": "Riga"})},
	})
	step("upsert without waiting", acknowledged, err, update)
	deletePoints("delete points", selected(largest, 999))
	deletePoints("delete points by filter", qdrant.NewPointsSelectorFilter(cityIs("Tromsø")))
	scrollStep("everything that is left", &qdrant.ScrollPoints{Limit: u32(100), WithPayload: allOf, WithVectors: vectsOf})
	queried("query: a document", &qdrant.QueryPoints{
		Query: qdrant.NewQueryDocument(&qdrant.Document{Text: "foxes", Model: "qdrant/bm25"}), Using: words, Limit: u64(3),
	})
	countStep("count what is left", &qdrant.CountPoints{CollectionName: items, Exact: yes})
	dropped, err := client.DeleteFieldIndex(ctx, &qdrant.DeleteFieldIndexCollection{
		CollectionName: items, Wait: yes, FieldName: "owner",
	})
	step("delete index", dropped, err, update)
	infoStep("payload indexes that are left", items, schema)
}

// Vectors as older clients send them: without the oneof of kinds.
func olderVectors() {
	older := func(id uint64, name string, vector *qdrant.Vector) *qdrant.PointStruct {
		return &qdrant.PointStruct{Id: num(id), Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{name: vector})}
	}
	upsertStep("upsert of older vectors", &qdrant.UpsertPoints{
		CollectionName: items,
		Points: []*qdrant.PointStruct{
			older(80, "dense", &qdrant.Vector{Data: []float32{0.7, 0.1, 0.1, 0.7}}),
			older(81, "words", &qdrant.Vector{
				Data: []float32{1.5, 0.5}, Indices: &qdrant.SparseIndices{Data: []uint32{9, 2}},
			}),
			older(82, "rows", &qdrant.Vector{Data: []float32{0.5, 0.25, 0.125, 1}, VectorsCount: u32(2)}),
		},
	})
}

func document(given *qdrant.Document) *qdrant.Vectors {
	given.Model = "qdrant/bm25"
	return qdrant.NewVectorsMap(map[string]*qdrant.Vector{"words": qdrant.NewVectorDocument(given)})
}

// Every kind of operation in one batch, and two fields that older clients send.
func batchSteps() {
	batchStep("update batch",
		qdrant.NewPointsUpdateUpsert(&qdrant.PointsUpdateOperation_PointStructList{Points: []*qdrant.PointStruct{
			pointOf(60, object{"city": "Oslo", "number": 60}, 0.4, 0.3, 0.2, 0.1), pointOf(61, object{"city": "Bergen"}),
		}}),
		qdrant.NewPointsUpdateSetPayload(&qdrant.PointsUpdateOperation_SetPayload{
			Payload: qdrant.NewValueMap(object{"price": 6.5, "gone": "soon"}), PointsSelector: selected(60),
		}),
		qdrant.NewPointsUpdateOverwritePayload(&qdrant.PointsUpdateOperation_OverwritePayload{
			Payload:        qdrant.NewValueMap(object{"city": "Tromsø", "inner": object{"kept": 1}}),
			PointsSelector: selected(61),
		}),
		qdrant.NewPointsUpdateSetPayload(&qdrant.PointsUpdateOperation_SetPayload{
			Payload: qdrant.NewValueMap(object{"added": 2}), PointsSelector: selected(61), Key: text("inner"),
		}),
		qdrant.NewPointsUpdateDeletePayload(&qdrant.PointsUpdateOperation_DeletePayload{
			Keys: []string{"gone"}, PointsSelector: selected(60),
		}),
		qdrant.NewPointsUpdateUpdateVectors(&qdrant.PointsUpdateOperation_UpdateVectors{
			Points: []*qdrant.PointVectors{vectorsOf(61, map[string]*qdrant.Vector{
				"dense": qdrant.NewVector(0.1, 0.1, 0.7, 0.7),
				"words": qdrant.NewVectorSparse([]uint32{7}, []float32{1.5}),
			})},
		}),
		qdrant.NewPointsUpdateDeleteVectors(&qdrant.PointsUpdateOperation_DeleteVectors{
			PointsSelector: selected(61), Vectors: &qdrant.VectorsSelector{Names: []string{"words"}},
		}),
		qdrant.NewPointsUpdateClearPayload(&qdrant.PointsUpdateOperation_ClearPayload{
			Points: qdrant.NewPointsSelectorFilter(cityIs("Wien")),
		}),
		qdrant.NewPointsUpdateDeletePoints(&qdrant.PointsUpdateOperation_DeletePoints{Points: selected(6)}),
	)
	batchStep("update batch, older forms",
		&qdrant.PointsUpdateOperation{Operation: &qdrant.PointsUpdateOperation_ClearPayloadDeprecated{
			ClearPayloadDeprecated: selected(50),
		}},
		&qdrant.PointsUpdateOperation{Operation: &qdrant.PointsUpdateOperation_DeleteDeprecated{
			DeleteDeprecated: selected(51, 7),
		}},
	)
}
