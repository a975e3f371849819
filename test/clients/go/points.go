package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	items          = "items"
	uuid           = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
	big     int64  = 9007199254740993
	largest uint64 = 18446744073709551615
)

var (
	itemPoints  []*qdrant.PointStruct
	plainPoints []*qdrant.PointStruct
)

// Of ../data.json. Vectors: a list of numbers, a list of lists, or indices with values.
type dataPoint struct {
	Id      string
	Vector  []float32
	Vectors map[string]json.RawMessage
	Payload object
}

func readData() {
	file, err := os.Open("../data.json")
	check(err)
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.UseNumber()
	var data struct{ Items, Plain []dataPoint }
	check(decoder.Decode(&data))
	for _, one := range data.Items {
		named := map[string]*qdrant.Vector{}
		for name, given := range one.Vectors {
			named[name] = readVector(given)
		}
		itemPoints = append(itemPoints, &qdrant.PointStruct{
			Id: readId(one.Id), Vectors: qdrant.NewVectorsMap(named), Payload: readPayload(one.Payload),
		})
	}
	for _, one := range data.Plain {
		plainPoints = append(plainPoints, &qdrant.PointStruct{
			Id: readId(one.Id), Vectors: qdrant.NewVectorsDense(one.Vector), Payload: readPayload(one.Payload),
		})
	}
}

func readId(text string) *qdrant.PointId {
	if strings.Contains(text, "-") {
		return qdrant.NewID(text)
	}
	number, err := strconv.ParseUint(text, 10, 64)
	check(err)
	return num(number)
}

func readVector(given json.RawMessage) *qdrant.Vector {
	var dense []float32
	if json.Unmarshal(given, &dense) == nil {
		return qdrant.NewVectorDense(dense)
	}
	var rows [][]float32
	if json.Unmarshal(given, &rows) == nil {
		return qdrant.NewVectorMulti(rows)
	}
	var sparse struct {
		Indices []uint32
		Values  []float32
	}
	check(json.Unmarshal(given, &sparse))
	return qdrant.NewVectorSparse(sparse.Indices, sparse.Values)
}

func readPayload(given object) map[string]*qdrant.Value {
	return qdrant.NewValueMap(exact(given).(object))
}

// Numbers with a point are doubles, others integers.
func exact(given any) any {
	switch kind := given.(type) {
	case json.Number:
		if whole, err := kind.Int64(); err == nil {
			return whole
		}
		double, err := kind.Float64()
		check(err)
		return double
	case []any:
		list := []any{}
		for _, each := range kind {
			list = append(list, exact(each))
		}
		return list
	case object:
		answer := object{}
		for key, each := range kind {
			answer[key] = exact(each)
		}
		return answer
	default:
		return given
	}
}

func upsertStep(name string, request *qdrant.UpsertPoints) {
	request.Wait = yes
	answer, err := client.Upsert(ctx, request)
	step(name, answer, err, update)
}

func indexStep(field string, fieldType qdrant.FieldType, params *qdrant.PayloadIndexParams) {
	answer, err := client.CreateFieldIndex(ctx, &qdrant.CreateFieldIndexCollection{
		CollectionName: items, Wait: yes, FieldName: field, FieldType: &fieldType, FieldIndexParams: params,
	})
	step("index "+field, answer, err, update)
}

func writeSteps() {
	upsertStep("upsert items", &qdrant.UpsertPoints{
		CollectionName: items,
		Points:         itemPoints,
		Ordering:       &qdrant.WriteOrdering{Type: qdrant.WriteOrderingType_Strong},
	})
	upsertStep("upsert plain", &qdrant.UpsertPoints{CollectionName: "plain", Points: plainPoints})
	indexStep("city", qdrant.FieldType_FieldTypeKeyword,
		qdrant.NewPayloadIndexParamsKeyword(&qdrant.KeywordIndexParams{IsTenant: yes, OnDisk: no}))
	indexStep("number", qdrant.FieldType_FieldTypeInteger,
		qdrant.NewPayloadIndexParamsInt(&qdrant.IntegerIndexParams{Lookup: yes, Range: yes, IsPrincipal: yes, OnDisk: no}))
	indexStep("price", qdrant.FieldType_FieldTypeFloat,
		qdrant.NewPayloadIndexParamsFloat(&qdrant.FloatIndexParams{IsPrincipal: no, OnDisk: yes}))
	indexStep("place", qdrant.FieldType_FieldTypeGeo,
		qdrant.NewPayloadIndexParamsGeo(&qdrant.GeoIndexParams{OnDisk: no}))
	indexStep("text", qdrant.FieldType_FieldTypeText, qdrant.NewPayloadIndexParamsText(&qdrant.TextIndexParams{
		Tokenizer:      qdrant.TokenizerType_Word,
		Lowercase:      yes,
		MinTokenLen:    u64(2),
		MaxTokenLen:    u64(20),
		PhraseMatching: yes,
		AsciiFolding:   yes,
		Stopwords:      &qdrant.StopwordsSet{Languages: []string{"english"}, Custom: []string{"zzz"}},
		Stemmer:        qdrant.NewStemmingAlgorithmSnowball(&qdrant.SnowballParams{Language: "english"}),
		OnDisk:         no,
	}))
	indexStep("flag", qdrant.FieldType_FieldTypeBool, qdrant.NewPayloadIndexParamsBool(&qdrant.BoolIndexParams{OnDisk: no}))
	indexStep("when", qdrant.FieldType_FieldTypeDatetime,
		qdrant.NewPayloadIndexParamsDatetime(&qdrant.DatetimeIndexParams{IsPrincipal: no, OnDisk: no}))
	indexStep("reference", qdrant.FieldType_FieldTypeUuid,
		qdrant.NewPayloadIndexParamsUUID(&qdrant.UuidIndexParams{IsTenant: no, OnDisk: no}))
	indexStep("owner", qdrant.FieldType_FieldTypeInteger, nil)
	infoStep("payload indexes", items, schema)
}

func must(conditions ...*qdrant.Condition) *qdrant.Filter {
	return &qdrant.Filter{Must: conditions}
}

var (
	below10 = qdrant.NewRange("price", &qdrant.Range{Lt: f64(10)})
	cheap   = must(below10)
	cheaper = must(qdrant.NewRange("price", &qdrant.Range{Lt: f64(20)}))
	flag    = qdrant.NewMatchBool("flag", true)
	berlin  = qdrant.NewMatch("city", "Berlin")
)

func ring(corners ...float64) *qdrant.GeoLineString {
	line := &qdrant.GeoLineString{}
	for at := 0; at < len(corners); at += 2 {
		line.Points = append(line.Points, &qdrant.GeoPoint{Lon: corners[at], Lat: corners[at+1]})
	}
	return line
}

func moment(seconds int64, nanos int32) *timestamppb.Timestamp {
	return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
}

func filterSteps() {
	filter := func(name string, condition *qdrant.Filter) {
		found, err := client.Scroll(ctx, &qdrant.ScrollPoints{
			CollectionName: items, Filter: condition, Limit: u32(100), WithPayload: qdrant.NewWithPayload(false),
		})
		step("filter: "+name, found, err, ids)
	}
	filter("keyword", must(berlin))
	filter("keyword beyond ASCII", must(qdrant.NewMatchKeyword("city", "東京")))
	filter("integer", must(qdrant.NewMatchInt("number", big)))
	filter("largest integer", must(qdrant.NewMatchInt("number", 9223372036854775807)))
	filter("bool", must(qdrant.NewMatchBool("flag", false)))
	filter("uuid", must(qdrant.NewMatch("reference", "550E8400-E29B-41D4-A716-446655440000")))
	filter("keywords", must(qdrant.NewMatchKeywords("city", "Paris", "Wien")))
	filter("integers", must(qdrant.NewMatchInts("number", 1, -7, big)))
	filter("except keywords", must(qdrant.NewMatchExceptKeywords("tags", "red", "blue")))
	filter("except integers", must(qdrant.NewMatchExceptInts("number", 1, 5)))
	filter("text", must(qdrant.NewMatchText("text", "quick")))
	filter("phrase", must(qdrant.NewMatchPhrase("text", "quick brown")))
	filter("any text", must(qdrant.NewMatchTextAny("text", "dog bears")))
	skip("filter: prefix", "go-client 1.17.1 has no such condition")
	filter("range", must(qdrant.NewRange("price", &qdrant.Range{Gt: f64(2), Lte: f64(41.125)})))
	filter("range of integers", must(qdrant.NewRange("number", &qdrant.Range{Gte: f64(5), Lt: f64(100)})))
	filter("range of times", must(qdrant.NewDatetimeRange("when", &qdrant.DatetimeRange{
		Gte: moment(1609459200, 0), Lt: moment(1686825000, 1000),
	})))
	filter("geo box", must(qdrant.NewGeoBoundingBox("place", 53.5, 2.1, 48.1, 14.5)))
	filter("geo radius", must(qdrant.NewGeoRadius("place", 52.52, 13.4, 5000)))
	filter("geo polygon", must(qdrant.NewGeoPolygon("place",
		ring(1, 45, 15, 45, 15, 55, 1, 55, 1, 45), ring(8, 47, 9, 47, 9, 48, 8, 48, 8, 47))))
	filter("values count", must(qdrant.NewValuesCount("tags", &qdrant.ValuesCount{Gte: u64(2), Lt: u64(3)})))
	filter("is empty", must(qdrant.NewIsEmpty("tags")))
	filter("is null", must(qdrant.NewIsNull("nothing")))
	filter("field is empty", must(fieldCondition(&qdrant.FieldCondition{Key: "tags", IsEmpty: no})))
	filter("field is null", must(fieldCondition(&qdrant.FieldCondition{Key: "nothing", IsNull: yes})))
	filter("has id", must(qdrant.NewHasID(num(2), num(999), num(uint64(big)), num(largest), qdrant.NewID(uuid))))
	filter("has vector", must(qdrant.NewHasVector("words")))
	skip("filter: slice", "go-client 1.17.1 has no such condition")
	filter("nested", must(qdrant.NewNestedFilter("nested.a.b", must(qdrant.NewMatchInt("c", 1), qdrant.NewMatch("d", "y")))))
	filter("nested with must not", must(qdrant.NewNestedFilter("nested", &qdrant.Filter{
		Must:    []*qdrant.Condition{qdrant.NewRange("a", &qdrant.Range{Gte: f64(1)})},
		MustNot: []*qdrant.Condition{qdrant.NewMatchInt("b", 2)},
	})))
	filter("path through lists", must(qdrant.NewMatchInt("nested.a.b[].c", 2)))
	filter("should", &qdrant.Filter{Should: []*qdrant.Condition{berlin, below10}})
	filter("must not", &qdrant.Filter{MustNot: []*qdrant.Condition{berlin, flag}})
	filter("min should", &qdrant.Filter{
		MinShould: &qdrant.MinShould{Conditions: []*qdrant.Condition{berlin, below10, flag}, MinCount: 2},
	})
	filter("filter within a filter", must(
		qdrant.NewFilterAsCondition(&qdrant.Filter{Should: []*qdrant.Condition{
			berlin, qdrant.NewFilterAsCondition(&qdrant.Filter{MustNot: []*qdrant.Condition{flag}}),
		}}),
		below10,
	))
	filter("all clauses", &qdrant.Filter{
		Must:      []*qdrant.Condition{below10},
		Should:    []*qdrant.Condition{berlin, flag},
		MustNot:   []*qdrant.Condition{qdrant.NewHasID(num(1))},
		MinShould: &qdrant.MinShould{Conditions: []*qdrant.Condition{berlin, flag}, MinCount: 1},
	})
	filter("everything", &qdrant.Filter{})
}

func fieldCondition(condition *qdrant.FieldCondition) *qdrant.Condition {
	return &qdrant.Condition{ConditionOneOf: &qdrant.Condition_Field{Field: condition}}
}

func getStep(name string, request *qdrant.GetPoints) {
	found, err := client.Get(ctx, request)
	step(name, found, err, points)
}

func scrollStep(name string, request *qdrant.ScrollPoints) {
	request.CollectionName = items
	found, next, err := client.ScrollAndOffset(ctx, request)
	step(name, found, err, func(found []*qdrant.RetrievedPoint) object {
		return object{"points": points(found), "next": number(next)}
	})
}

func countStep(name string, request *qdrant.CountPoints) {
	count, err := client.Count(ctx, request)
	step(name, count, err, same)
}

func facetStep(name string, request *qdrant.FacetCounts) {
	request.CollectionName = items
	hits, err := client.Facet(ctx, request)
	step(name, hits, err, facet)
}

func readSteps() {
	getStep("get", &qdrant.GetPoints{
		CollectionName: items,
		Ids:            []*qdrant.PointId{num(1), num(uint64(big)), qdrant.NewID(uuid), num(999)},
		WithPayload:    qdrant.NewWithPayload(true),
		WithVectors:    qdrant.NewWithVectors(true),
	})
	getStep("get with parts of payload and vectors", &qdrant.GetPoints{
		CollectionName:  items,
		Ids:             []*qdrant.PointId{num(2), num(4)},
		WithPayload:     qdrant.NewWithPayloadInclude("city", "nested.a"),
		WithVectors:     qdrant.NewWithVectorsInclude("dense", "words"),
		ReadConsistency: qdrant.NewReadConsistencyType(qdrant.ReadConsistencyType_Majority),
	})
	getStep("get without parts of the payload", &qdrant.GetPoints{
		CollectionName: items,
		Ids:            []*qdrant.PointId{num(3)},
		WithPayload:    qdrant.NewWithPayloadExclude("nested", "text"),
		Timeout:        u64(5),
	})
	getStep("get of default vectors", &qdrant.GetPoints{
		CollectionName: "plain",
		Ids:            []*qdrant.PointId{num(2), num(1)},
		WithPayload:    qdrant.NewWithPayload(true),
		WithVectors:    qdrant.NewWithVectors(true),
	})
	scrollStep("scroll, first page", &qdrant.ScrollPoints{
		Limit: u32(5), WithPayload: qdrant.NewWithPayload(true), WithVectors: qdrant.NewWithVectors(true),
	})
	scrollStep("scroll, next page", &qdrant.ScrollPoints{
		Limit: u32(5), Offset: num(6), WithPayload: qdrant.NewWithPayloadInclude("city"),
	})
	scrollStep("scroll, last page", &qdrant.ScrollPoints{
		Limit: u32(5), Offset: num(largest), WithPayload: qdrant.NewWithPayload(false),
	})
	scrollStep("scroll by price", &qdrant.ScrollPoints{
		Limit:       u32(6),
		OrderBy:     &qdrant.OrderBy{Key: "price", Direction: qdrant.Direction_Desc.Enum()},
		Filter:      &qdrant.Filter{MustNot: []*qdrant.Condition{qdrant.NewHasID(num(1))}},
		WithPayload: qdrant.NewWithPayloadInclude("price"),
	})
	scrollStep("scroll by number", &qdrant.ScrollPoints{
		Limit: u32(20),
		OrderBy: &qdrant.OrderBy{
			Key: "number", Direction: qdrant.Direction_Asc.Enum(), StartFrom: qdrant.NewStartFromInt(5),
		},
		WithPayload: qdrant.NewWithPayload(false),
	})
	scrollStep("scroll by time", &qdrant.ScrollPoints{
		Limit:       u32(3),
		OrderBy:     &qdrant.OrderBy{Key: "when", StartFrom: qdrant.NewStartFromDatetime("2021-01-01T00:00:00Z")},
		WithPayload: qdrant.NewWithPayloadInclude("when"),
	})
	filterSteps()
	countStep("count", &qdrant.CountPoints{CollectionName: items})
	countStep("count with filter", &qdrant.CountPoints{CollectionName: items, Filter: cheap, Exact: yes})
	facetStep("facet", &qdrant.FacetCounts{Key: "city", Exact: yes, Limit: u64(20)})
	facetStep("facet with filter", &qdrant.FacetCounts{
		Key: "number", Exact: yes, Limit: u64(20), Filter: cheap, Timeout: u64(5),
	})
	facetStep("facet of bools", &qdrant.FacetCounts{Key: "flag", Exact: yes})
	found, err := client.SearchMatrixPairs(ctx, &qdrant.SearchMatrixPoints{
		CollectionName: items, Sample: u64(100), Limit: u64(2), Using: text("dense"),
	})
	step("matrix of pairs", found, err, pairs)
	matrix, err := client.SearchMatrixOffsets(ctx, &qdrant.SearchMatrixPoints{
		CollectionName: items, Sample: u64(100), Limit: u64(2), Using: text("dense"), Filter: cheap, Timeout: u64(5),
	})
	step("matrix of offsets", matrix, err, offsets)
}
