package main

import (
	"math"

	"github.com/qdrant/go-client/qdrant"
)

var (
	query   = []float32{0.3, 0.5, 0.2, 0.4}
	dense   = text("dense")
	words   = text("words")
	byCity  = "city"
	allOf   = qdrant.NewWithPayload(true)
	vectsOf = qdrant.NewWithVectors(true)
	cityOf  = qdrant.NewWithPayloadInclude("city")
	lookup  = &qdrant.WithLookup{Collection: "plain", WithPayload: qdrant.NewWithPayloadInclude("name"), WithVectors: vectsOf}
)

// --- the older methods, which only the client's stubs have ---

func searched(name string, request *qdrant.SearchPoints) {
	answer, err := client.GetPointsClient().Search(ctx, request)
	step(name, answer.GetResult(), err, points)
}

func searchedGroups(name string, request *qdrant.SearchPointGroups) {
	request.CollectionName, request.Vector, request.VectorName = items, query, dense
	answer, err := client.GetPointsClient().SearchGroups(ctx, request)
	step(name, answer.GetResult().GetGroups(), err, groups)
}

func recommended(name string, request *qdrant.RecommendPoints) {
	request.CollectionName = items
	answer, err := client.GetPointsClient().Recommend(ctx, request)
	step(name, answer.GetResult(), err, points)
}

func discovered(name string, request *qdrant.DiscoverPoints) {
	request.CollectionName, request.Using, request.Limit = items, dense, 5
	answer, err := client.GetPointsClient().Discover(ctx, request)
	step(name, answer.GetResult(), err, points)
}

func exampleId(id uint64) *qdrant.VectorExample {
	return &qdrant.VectorExample{Example: &qdrant.VectorExample_Id{Id: num(id)}}
}

func exampleVector(values ...float32) *qdrant.VectorExample {
	return &qdrant.VectorExample{Example: &qdrant.VectorExample_Vector{Vector: qdrant.NewVector(values...)}}
}

func contextOf(positive, negative *qdrant.VectorExample) *qdrant.ContextExamplePair {
	return &qdrant.ContextExamplePair{Positive: positive, Negative: negative}
}

func searchSteps() {
	searched("search", &qdrant.SearchPoints{
		CollectionName: items, Vector: query, VectorName: dense, Limit: 4, WithPayload: allOf, WithVectors: vectsOf,
	})
	searched("search with everything", &qdrant.SearchPoints{
		CollectionName: items,
		Vector:         query,
		VectorName:     dense,
		Limit:          3,
		Offset:         u64(1),
		Filter:         cheaper,
		ScoreThreshold: f32(0.1),
		WithPayload:    cityOf,
		WithVectors:    qdrant.NewWithVectorsInclude("words"),
		Params: &qdrant.SearchParams{
			HnswEf: u64(64), Exact: yes, IndexedOnly: no,
			Quantization: &qdrant.QuantizationSearchParams{Ignore: no, Rescore: yes, Oversampling: f64(2)},
		},
		Timeout:         u64(10),
		ReadConsistency: qdrant.NewReadConsistencyFactor(1),
	})
	searched("search of default vectors", &qdrant.SearchPoints{
		CollectionName: "plain", Vector: []float32{1, 1, 1}, Limit: 2, WithVectors: vectsOf,
	})
	searched("search sparse", &qdrant.SearchPoints{
		CollectionName: items, Vector: []float32{1, 0.5}, SparseIndices: &qdrant.SparseIndices{Data: []uint32{1, 5}},
		VectorName: words, Limit: 10,
	})
	searches, err := client.GetPointsClient().SearchBatch(ctx, &qdrant.SearchBatchPoints{
		CollectionName: items,
		SearchPoints: []*qdrant.SearchPoints{
			{CollectionName: items, Vector: query, VectorName: dense, Limit: 2},
			{CollectionName: items, Vector: query, VectorName: dense, Limit: 2, Filter: cheaper},
		},
	})
	step("search batch", searches.GetResult(), err, batch)
	searchedGroups("search groups", &qdrant.SearchPointGroups{
		GroupBy: byCity, GroupSize: 2, Limit: 3, WithPayload: cityOf,
	})
	searchedGroups("search groups with lookup", &qdrant.SearchPointGroups{
		GroupBy: "owner", GroupSize: 2, Limit: 4, WithLookup: lookup,
	})

	recommended("recommend", &qdrant.RecommendPoints{
		Positive: []*qdrant.PointId{num(1), qdrant.NewID(uuid)}, Negative: []*qdrant.PointId{num(3)}, Using: dense, Limit: 4,
	})
	recommended("recommend by best score", &qdrant.RecommendPoints{
		Positive:        []*qdrant.PointId{num(1)},
		PositiveVectors: []*qdrant.Vector{qdrant.NewVectorDense(query)},
		NegativeVectors: []*qdrant.Vector{qdrant.NewVector(0.1, -0.2, 0.3, 0.4)},
		Strategy:        qdrant.RecommendStrategy_BestScore.Enum(),
		Using:           dense,
		Limit:           4,
	})
	recommended("recommend from another collection", &qdrant.RecommendPoints{
		Positive: []*qdrant.PointId{num(2)}, Using: text("rows"), Limit: 3,
		LookupFrom: &qdrant.LookupLocation{CollectionName: items, VectorName: text("rows")},
	})
	recommendations, err := client.GetPointsClient().RecommendBatch(ctx, &qdrant.RecommendBatchPoints{
		CollectionName: items,
		RecommendPoints: []*qdrant.RecommendPoints{
			{CollectionName: items, Positive: []*qdrant.PointId{num(1)}, Using: dense, Limit: 2},
			{
				CollectionName: items, Positive: []*qdrant.PointId{num(2)}, Negative: []*qdrant.PointId{num(1)},
				Strategy: qdrant.RecommendStrategy_SumScores.Enum(), Using: dense, Limit: 3,
			},
		},
	})
	step("recommend batch", recommendations.GetResult(), err, batch)
	grouped, err := client.GetPointsClient().RecommendGroups(ctx, &qdrant.RecommendPointGroups{
		CollectionName: items, Positive: []*qdrant.PointId{num(1)}, Negative: []*qdrant.PointId{num(4)}, Using: dense,
		GroupBy: byCity, GroupSize: 2, Limit: 3,
	})
	step("recommend groups", grouped.GetResult().GetGroups(), err, groups)

	context := []*qdrant.ContextExamplePair{
		contextOf(exampleId(1), exampleId(2)),
		contextOf(exampleVector(query...), exampleId(3)),
	}
	discovered("discover", &qdrant.DiscoverPoints{Target: qdrant.NewTargetID(num(4)), Context: context})
	discovered("discover by context", &qdrant.DiscoverPoints{Context: context})
	discoveries, err := client.GetPointsClient().DiscoverBatch(ctx, &qdrant.DiscoverBatchPoints{
		CollectionName: items,
		DiscoverPoints: []*qdrant.DiscoverPoints{
			{
				CollectionName: items, Target: qdrant.NewTarget(qdrant.NewVectorDense(query)),
				Context: []*qdrant.ContextExamplePair{contextOf(exampleId(1), exampleId(2))}, Using: dense, Limit: 2,
			},
			{CollectionName: items, Target: qdrant.NewTargetID(num(1)), Using: dense, Limit: 2},
		},
	})
	step("discover batch", discoveries.GetResult(), err, batch)
}

// --- query ---

var (
	nearDense  = &qdrant.PrefetchQuery{Query: qdrant.NewQueryDense(query), Using: dense, Limit: u64(6)}
	wordsQuery = qdrant.NewQuerySparse([]uint32{1, 5}, []float32{1, 0.5})
	nearWords  = &qdrant.PrefetchQuery{Query: wordsQuery, Using: words, Limit: u64(6)}
	both       = []*qdrant.PrefetchQuery{nearDense, nearWords}
	byPoint    = func(id uint64) *qdrant.VectorInput { return qdrant.NewVectorInputID(num(id)) }
	byVector   = qdrant.NewVectorInputDense(query)
	fromItems  = &qdrant.LookupLocation{CollectionName: items, VectorName: dense}
)

func variable(name string) *qdrant.Expression           { return qdrant.NewExpressionVariable(name) }
func constant(value float32) *qdrant.Expression         { return qdrant.NewExpressionConstant(value) }
func absolute(of *qdrant.Expression) *qdrant.Expression { return qdrant.NewExpressionAbs(of) }
func sum(of ...*qdrant.Expression) *qdrant.Expression {
	return qdrant.NewExpressionSum(&qdrant.SumExpression{Sum: of})
}

func simpleFormula() *qdrant.Formula {
	return &qdrant.Formula{
		Expression: sum(
			variable("$score"),
			qdrant.NewExpressionMult(&qdrant.MultExpression{
				Mult: []*qdrant.Expression{constant(0.5), qdrant.NewExpressionCondition(flag)},
			}),
			qdrant.NewExpressionNeg(absolute(variable("price"))),
		),
		Defaults: qdrant.NewValueMap(object{"price": 1}),
	}
}

func richFormula() *qdrant.Formula {
	return &qdrant.Formula{
		Expression: sum(
			variable("$score[0]"),
			qdrant.NewExpressionExpDecay(&qdrant.DecayParamsExpression{
				X: qdrant.NewExpressionGeoDistance(&qdrant.GeoDistance{
					Origin: &qdrant.GeoPoint{Lon: 13.4, Lat: 52.52}, To: "place",
				}),
				Scale:    f32(100000),
				Midpoint: f32(0.25),
			}),
			qdrant.NewExpressionGaussDecay(&qdrant.DecayParamsExpression{
				X: variable("number"), Target: constant(5), Scale: f32(10),
			}),
			qdrant.NewExpressionLinDecay(&qdrant.DecayParamsExpression{
				X:      qdrant.NewExpressionDatetimeKey("when"),
				Target: qdrant.NewExpressionDatetime("2022-01-01T00:00:00Z"),
				Scale:  f32(31536000),
			}),
			qdrant.NewExpressionDiv(&qdrant.DivExpression{
				Left: constant(1), Right: variable("price"), ByZeroDefault: f32(0.5),
			}),
			qdrant.NewExpressionPow(&qdrant.PowExpression{Base: constant(2), Exponent: constant(0.5)}),
			qdrant.NewExpressionSqrt(absolute(variable("price"))),
			qdrant.NewExpressionLog10(constant(100)),
			qdrant.NewExpressionLn(qdrant.NewExpressionExp(constant(0.5))),
		),
		Defaults: qdrant.NewValueMap(object{
			"price": 4, "number": 3, "place": object{"lon": 0, "lat": 0}, "when": "2020-01-01T00:00:00Z",
		}),
	}
}

func recommendation(positive, negative []*qdrant.VectorInput, strategy *qdrant.RecommendStrategy) *qdrant.Query {
	return qdrant.NewQueryRecommend(&qdrant.RecommendInput{Positive: positive, Negative: negative, Strategy: strategy})
}

func queried(name string, request *qdrant.QueryPoints) {
	if request.CollectionName == "" {
		request.CollectionName = items
	}
	found, err := client.Query(ctx, request)
	step(name, found, err, points)
}

func queriedGroups(name string, request *qdrant.QueryPointGroups) {
	request.CollectionName = items
	found, err := client.QueryGroups(ctx, request)
	step(name, found, err, groups)
}

type vectorInputs = []*qdrant.VectorInput

func querySteps() {
	near := func(name string, query *qdrant.Query, limit uint64) {
		queried("query: "+name, &qdrant.QueryPoints{
			Query: query, Using: dense, Limit: &limit, Timeout: u64(10),
			ReadConsistency: qdrant.NewReadConsistencyType(qdrant.ReadConsistencyType_Quorum),
		})
	}
	over := func(name string, prefetch []*qdrant.PrefetchQuery, query *qdrant.Query, limit uint64) {
		queried("query: "+name, &qdrant.QueryPoints{Prefetch: prefetch, Query: query, Limit: &limit})
	}
	first := &qdrant.QueryPoints{
		CollectionName: items, Query: qdrant.NewQueryDense(query), Using: dense, Limit: u64(4), WithPayload: cityOf,
		WithVectors: qdrant.NewWithVectorsInclude("dense"),
	}
	queried("query: dense", first)
	queried("query: sparse", &qdrant.QueryPoints{Query: wordsQuery, Using: words, Limit: u64(6)})
	queried("query: multi", &qdrant.QueryPoints{
		Query: qdrant.NewQueryMulti([][]float32{{0.5, 0.5}, {0.25, -0.5}}), Using: text("rows"), Limit: u64(5),
	})
	near("a point", qdrant.NewQueryID(num(1)), 3)
	near("a point by UUID", qdrant.NewQueryID(qdrant.NewID(uuid)), 3)
	near("a large id", qdrant.NewQueryID(num(uint64(big))), 3)
	near("nearest, spelt out", qdrant.NewQueryNearest(byVector), 3)
	near("maximal marginal relevance",
		qdrant.NewQueryMMR(byVector, &qdrant.Mmr{Diversity: f32(0.4), CandidatesLimit: u32(8)}), 4)
	average := recommendation(vectorInputs{byPoint(1), byVector}, vectorInputs{byPoint(3)}, nil)
	near("recommend", average, 4)
	near("recommend by best score", recommendation(
		vectorInputs{byPoint(1), byVector}, vectorInputs{byPoint(3)}, qdrant.RecommendStrategy_BestScore.Enum()), 4)
	near("recommend by sum of scores", recommendation(
		vectorInputs{byPoint(1)}, vectorInputs{byPoint(3), byPoint(4)}, qdrant.RecommendStrategy_SumScores.Enum()), 4)
	near("discover", qdrant.NewQueryDiscover(&qdrant.DiscoverInput{
		Target: byVector,
		Context: &qdrant.ContextInput{
			Pairs: []*qdrant.ContextInputPair{{Positive: byPoint(1), Negative: byPoint(2)}},
		},
	}), 4)
	near("context", qdrant.NewQueryContext(&qdrant.ContextInput{Pairs: []*qdrant.ContextInputPair{
		{Positive: byPoint(1), Negative: byPoint(2)}, {Positive: byPoint(4), Negative: byPoint(3)},
	}}), 4)
	queried("query: order by", &qdrant.QueryPoints{
		Query: qdrant.NewQueryOrderBy(&qdrant.OrderBy{Key: "price", Direction: qdrant.Direction_Desc.Enum()}),
		Limit: u64(4), WithPayload: qdrant.NewWithPayloadInclude("price"),
	})
	over("order by number", nil,
		qdrant.NewQueryOrderBy(&qdrant.OrderBy{Key: "number", StartFrom: qdrant.NewStartFromInt(12)}), 4)
	over("rrf", both, qdrant.NewQueryFusion(qdrant.Fusion_RRF), 3)
	over("dbsf", both, qdrant.NewQueryFusion(qdrant.Fusion_DBSF), 8)
	over("rrf with weights", both, qdrant.NewQueryRRF(&qdrant.Rrf{K: u32(60), Weights: []float32{1, 3}}), 3)
	over("formula", both[:1], qdrant.NewQueryFormula(simpleFormula()), 6)
	over("formula with everything", both[:1], qdrant.NewQueryFormula(richFormula()), 6)
	near("relevance feedback", qdrant.NewQueryRelevanceFeedback(&qdrant.RelevanceFeedbackInput{
		Target:   byVector,
		Feedback: []*qdrant.FeedbackItem{{Example: byPoint(1), Score: 0.9}, {Example: byPoint(3), Score: 0.2}},
		Strategy: qdrant.NewFeedbackStrategyNaive(&qdrant.NaiveFeedbackStrategy{A: 1, B: 0.5, C: 0.25}),
	}), 4)
	queried("query: nested prefetches", &qdrant.QueryPoints{
		Prefetch: []*qdrant.PrefetchQuery{{
			Prefetch: []*qdrant.PrefetchQuery{
				nearDense, {Query: wordsQuery, Using: words, Limit: u64(6), Filter: cheaper},
			},
			Query: qdrant.NewQueryMulti([][]float32{{0.5, 0.5}}),
			Using: text("rows"),
			Limit: u64(5),
		}},
		Query: qdrant.NewQueryDense(query), Using: dense, Limit: u64(3),
		Filter: &qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewHasID(num(2))}},
	})
	queried("query: prefetch with everything", &qdrant.QueryPoints{
		Prefetch: []*qdrant.PrefetchQuery{{
			Query: qdrant.NewQueryDense(query), Using: dense, Limit: u64(8), ScoreThreshold: f32(0.1), Filter: cheaper,
			Params: &qdrant.SearchParams{Exact: yes}, LookupFrom: fromItems,
		}},
		Query: qdrant.NewQueryID(num(1)), Using: dense, Limit: u64(3), LookupFrom: fromItems,
	})
	queried("query: nothing: by id", &qdrant.QueryPoints{Limit: u64(3), WithPayload: cityOf, Offset: u64(2)})
	queried("query: score threshold", &qdrant.QueryPoints{
		Query: qdrant.NewQueryDense(query), Using: dense, Limit: u64(10), ScoreThreshold: f32(0.35), Offset: u64(1),
	})
	queried("query: search parameters", &qdrant.QueryPoints{
		Query: qdrant.NewQueryDense(query), Using: dense, Limit: u64(3), Filter: cheaper,
		Params: &qdrant.SearchParams{
			HnswEf: u64(32), Exact: no, IndexedOnly: no,
			Quantization: &qdrant.QuantizationSearchParams{Ignore: yes, Rescore: no, Oversampling: f64(1.5)},
			Acorn:        &qdrant.AcornSearchParams{Enable: yes, MaxSelectivity: f64(0.5)},
		},
	})
	queried("query: payload without parts", &qdrant.QueryPoints{
		Query: qdrant.NewQuery(query...), Using: dense, Limit: u64(2),
		WithPayload: qdrant.NewWithPayloadExclude("text", "nested", "mixed"), WithVectors: vectsOf,
	})
	skip("query: idf of a part", "go-client 1.17.1 has no such parameter")
	drawn, err := client.Query(ctx, &qdrant.QueryPoints{
		CollectionName: items, Query: qdrant.NewQuerySample(qdrant.Sample_Random), Limit: u64(100),
	})
	step("query: sample", drawn, err, func(drawn []*qdrant.ScoredPoint) []any { return sorted(ids(drawn)) })
	queried("query of default vectors", &qdrant.QueryPoints{
		CollectionName: "plain", Query: qdrant.NewQuery(1, 1, 1), Limit: u64(3), WithPayload: allOf, WithVectors: vectsOf,
	})
	queries, err := client.QueryBatch(ctx, &qdrant.QueryBatchPoints{
		CollectionName: items,
		QueryPoints: []*qdrant.QueryPoints{
			first,
			{CollectionName: items, Prefetch: both, Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF), Limit: u64(3)},
			{CollectionName: items, Query: average, Using: dense, Limit: u64(4)},
		},
	})
	step("query batch", queries, err, batch)
	queriedGroups("query groups", &qdrant.QueryPointGroups{
		Query: qdrant.NewQueryDense(query), Using: dense, GroupBy: byCity, GroupSize: u64(2), Limit: u64(3),
		WithPayload: cityOf,
	})
	queriedGroups("query groups with lookup", &qdrant.QueryPointGroups{
		Query: qdrant.NewQueryDense(query), Using: dense, GroupBy: "owner", GroupSize: u64(2), Limit: u64(4),
		WithLookup: lookup, Filter: cheaper,
	})
	queriedGroups("query groups of numbers", &qdrant.QueryPointGroups{
		Query: qdrant.NewQueryDense(query), Using: dense, GroupBy: "number", GroupSize: u64(1), Limit: u64(20),
	})
	queriedGroups("query groups over prefetches", &qdrant.QueryPointGroups{
		Prefetch: both, Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF), GroupBy: byCity, GroupSize: u64(2), Limit: u64(3),
	})
}

// --- errors ---

func errorSteps() {
	asked := func(name string, request *qdrant.QueryPoints) { queried("error: "+name, request) }
	sent := func(name string, vectors map[string]*qdrant.Vector) {
		upsertStep("error: "+name, &qdrant.UpsertPoints{
			CollectionName: items,
			Points:         []*qdrant.PointStruct{{Id: num(70), Vectors: qdrant.NewVectorsMap(vectors)}},
		})
	}
	short := qdrant.NewVector(1, 2, 3)
	near := qdrant.NewQueryDense(query)

	countStep("error: no such collection", &qdrant.CountPoints{CollectionName: "nothing"})
	infoStep("error: info of no such collection", "nothing", info)
	done("error: update of no such collection", client.UpdateCollection(ctx, &qdrant.UpdateCollection{
		CollectionName: "nothing", HnswConfig: &qdrant.HnswConfigDiff{M: u64(8)},
	}))
	done("error: bad collection name", client.CreateCollection(ctx, &qdrant.CreateCollection{
		CollectionName: "a:b",
		VectorsConfig:  qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 1, Distance: qdrant.Distance_Dot}),
	}))
	sent("wrong dimension", map[string]*qdrant.Vector{"dense": short})
	sent("unknown vector in a point", map[string]*qdrant.Vector{"unknown": short})
	asked("unknown vector in a query", &qdrant.QueryPoints{Query: near, Using: text("unknown")})
	asked("wrong dimension of a query", &qdrant.QueryPoints{Query: qdrant.NewQuery(1, 2), Using: dense})
	asked("dense query of sparse vectors", &qdrant.QueryPoints{Query: near, Using: words})
	asked("limit 0", &qdrant.QueryPoints{Query: near, Using: dense, Limit: u64(0)})
	asked("ef 0", &qdrant.QueryPoints{Query: near, Using: dense, Params: &qdrant.SearchParams{HnswEf: u64(0)}})
	scrollStep("error: scroll with limit 0", &qdrant.ScrollPoints{Limit: u32(0)})
	asked("no such point", &qdrant.QueryPoints{Query: qdrant.NewQueryID(num(999)), Using: dense})
	setPayload("error: payload of no such point", object{"a": 1}, nil, selected(999))
	asked("no index to order by", &qdrant.QueryPoints{Query: qdrant.NewQueryOrderBy(&qdrant.OrderBy{Key: "tiny"})})
	facetStep("error: no index for a facet", &qdrant.FacetCounts{Key: "tags"})
	asked("fusion without prefetches", &qdrant.QueryPoints{Query: qdrant.NewQueryFusion(qdrant.Fusion_RRF)})
	asked("prefetches without a query", &qdrant.QueryPoints{Prefetch: both[:1]})
	asked("threshold without a query", &qdrant.QueryPoints{ScoreThreshold: f32(0.5)})
	recommended("error: average of nothing", &qdrant.RecommendPoints{
		Negative: []*qdrant.PointId{num(1)}, Using: dense, Limit: 3,
	})
	asked("lookup in no such collection", &qdrant.QueryPoints{
		Query: qdrant.NewQueryID(num(1)), Using: dense, LookupFrom: &qdrant.LookupLocation{CollectionName: "nothing"},
	})
	asked("unknown shard key", &qdrant.QueryPoints{
		Query: near, Using: dense,
		ShardKeySelector: &qdrant.ShardKeySelector{ShardKeys: []*qdrant.ShardKey{qdrant.NewShardKey("key")}},
	})
	asked("no inference service", &qdrant.QueryPoints{
		Query: qdrant.NewQueryDocument(&qdrant.Document{Text: "foxes", Model: "other/model"}), Using: dense,
	})
	getStep("error: bad UUID", &qdrant.GetPoints{CollectionName: items, Ids: []*qdrant.PointId{qdrant.NewID("no-uuid")}})
	getStep("error: empty point id", &qdrant.GetPoints{CollectionName: items, Ids: []*qdrant.PointId{{}}})
	deleted, err := client.Delete(ctx, &qdrant.DeletePoints{CollectionName: items, Wait: yes})
	step("error: no selector", deleted, err, update)
	setPayload("error: not a number in a payload", object{"a": math.NaN()}, nil, selected(1))
	scrollStep("error: bad path", &qdrant.ScrollPoints{Filter: must(qdrant.NewMatchInt("a[", 1))})
	asked("timeout 0", &qdrant.QueryPoints{Query: near, Using: dense, Timeout: u64(0)})
	batched, err := client.UpdateBatch(ctx, &qdrant.UpdateBatchPoints{CollectionName: items})
	step("error: empty batch", batched, err, updates)
	queriedGroups("error: no key to group by", &qdrant.QueryPointGroups{Query: near, Using: dense})
}
