package main

import (
	"encoding/json"
	"errors"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// From the answers of go-client to the canonical form of ../README.md.

type object = map[string]any

func number(id *qdrant.PointId) any {
	if id == nil {
		return nil
	}
	if uuid := id.GetUuid(); uuid != "" {
		return uuid
	}
	return strconv.FormatUint(id.GetNum(), 10)
}

// A double keeps its point, so that 2.0 is not taken for 2.
func double(value float64) json.RawMessage {
	text := strconv.FormatFloat(value, 'g', -1, 64)
	if strings.ContainsAny(text, ".e") {
		return json.RawMessage(text)
	}
	return json.RawMessage(text + ".0")
}

func value(given *qdrant.Value) any {
	switch kind := given.GetKind().(type) {
	case *qdrant.Value_BoolValue:
		return kind.BoolValue
	case *qdrant.Value_IntegerValue:
		return kind.IntegerValue
	case *qdrant.Value_DoubleValue:
		return double(kind.DoubleValue)
	case *qdrant.Value_StringValue:
		return kind.StringValue
	case *qdrant.Value_ListValue:
		list := []any{}
		for _, each := range kind.ListValue.GetValues() {
			list = append(list, value(each))
		}
		return list
	case *qdrant.Value_StructValue:
		return values(kind.StructValue.GetFields())
	default:
		return nil
	}
}

func values(given map[string]*qdrant.Value) object {
	answer := object{}
	for key, each := range given {
		answer[key] = value(each)
	}
	return answer
}

func vector(given *qdrant.VectorOutput) any {
	switch kind := given.GetVector().(type) {
	case *qdrant.VectorOutput_Dense:
		return kind.Dense.GetData()
	case *qdrant.VectorOutput_Sparse:
		return object{"indices": kind.Sparse.GetIndices(), "values": kind.Sparse.GetValues()}
	case *qdrant.VectorOutput_MultiDense:
		rows := []any{}
		for _, row := range kind.MultiDense.GetVectors() {
			rows = append(rows, row.GetData())
		}
		return rows
	default:
		return nil
	}
}

func vectors(given *qdrant.VectorsOutput) any {
	if one := given.GetVector(); one != nil {
		return vector(one)
	}
	answer := object{}
	for name, each := range given.GetVectors().GetVectors() {
		answer[name] = vector(each)
	}
	return answer
}

// What found and read points have in common.
type anyPoint interface {
	GetId() *qdrant.PointId
	GetPayload() map[string]*qdrant.Value
	GetVectors() *qdrant.VectorsOutput
	GetOrderValue() *qdrant.OrderValue
}

func point[P anyPoint](found P) object {
	answer := object{"id": number(found.GetId()), "payload": values(found.GetPayload())}
	if scored, yes := any(found).(*qdrant.ScoredPoint); yes {
		answer["version"] = scored.GetVersion()
		answer["score"] = scored.GetScore()
	}
	if found.GetVectors() != nil {
		answer["vector"] = vectors(found.GetVectors())
	}
	switch order := found.GetOrderValue().GetVariant().(type) {
	case *qdrant.OrderValue_Int:
		answer["order_value"] = order.Int
	case *qdrant.OrderValue_Float:
		answer["order_value"] = order.Float
	}
	return answer
}

func points[P anyPoint](found []P) []object {
	answer := []object{}
	for _, one := range found {
		answer = append(answer, point(one))
	}
	return answer
}

func ids[P anyPoint](found []P) []any {
	answer := []any{}
	for _, one := range found {
		answer = append(answer, number(one.GetId()))
	}
	return answer
}

func batch(found []*qdrant.BatchResult) [][]object {
	answer := [][]object{}
	for _, one := range found {
		answer = append(answer, points(one.GetResult()))
	}
	return answer
}

func groups(found []*qdrant.PointGroup) []object {
	answer := []object{}
	for _, group := range found {
		one := object{"hits": points(group.GetHits())}
		switch id := group.GetId().GetKind().(type) {
		case *qdrant.GroupId_UnsignedValue:
			one["id"] = id.UnsignedValue
		case *qdrant.GroupId_IntegerValue:
			one["id"] = id.IntegerValue
		case *qdrant.GroupId_StringValue:
			one["id"] = id.StringValue
		}
		if group.GetLookup() != nil {
			one["lookup"] = point(group.GetLookup())
		}
		answer = append(answer, one)
	}
	return answer
}

func update(done *qdrant.UpdateResult) object {
	return object{"operation_id": done.GetOperationId(), "status": strings.ToLower(done.GetStatus().String())}
}

func updates(done []*qdrant.UpdateResult) []object {
	answer := []object{}
	for _, one := range done {
		answer = append(answer, update(one))
	}
	return answer
}

func facet(hits []*qdrant.FacetHit) [][]any {
	answer := [][]any{}
	for _, hit := range hits {
		var found any
		switch kind := hit.GetValue().GetVariant().(type) {
		case *qdrant.FacetValue_StringValue:
			found = kind.StringValue
		case *qdrant.FacetValue_IntegerValue:
			found = kind.IntegerValue
		case *qdrant.FacetValue_BoolValue:
			found = kind.BoolValue
		}
		answer = append(answer, []any{found, hit.GetCount()})
	}
	return answer
}

func pairs(found *qdrant.SearchMatrixPairs) [][]any {
	answer := [][]any{}
	for _, pair := range found.GetPairs() {
		answer = append(answer, []any{number(pair.GetA()), number(pair.GetB()), pair.GetScore()})
	}
	return answer
}

func offsets(found *qdrant.SearchMatrixOffsets) object {
	all := []any{}
	for _, id := range found.GetIds() {
		all = append(all, number(id))
	}
	return object{
		"offsets_row": found.GetOffsetsRow(),
		"offsets_col": found.GetOffsetsCol(),
		"scores":      found.GetScores(),
		"ids":         all,
	}
}

// The fields that are set, by their names in the messages.
func message(given proto.Message) object {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(given)
	check(err)
	answer := object{}
	check(json.Unmarshal(text, &answer))
	return answer
}

func info(found *qdrant.CollectionInfo) object {
	answer := message(found)
	config := answer["config"].(object)
	delete(config, "metadata")
	return object{
		"status":                answer["status"],
		"optimizer_status":      answer["optimizer_status"],
		"segments_count":        found.GetSegmentsCount(),
		"points_count":          found.GetPointsCount(),
		"indexed_vectors_count": found.GetIndexedVectorsCount(),
		"config":                config,
		"metadata":              values(found.GetConfig().GetMetadata()),
	}
}

func schema(found *qdrant.CollectionInfo) object {
	return object{"points_count": found.GetPointsCount(), "payload_schema": message(found)["payload_schema"]}
}

var digits = regexp.MustCompile(`\d+`)

// The digits of its name, a peer and a time, differ; its size and time are there or not.
func snapshot(found *qdrant.SnapshotDescription) object {
	return object{
		"name":              digits.ReplaceAllString(found.GetName(), "N"),
		"has_size":          found.GetSize() > 0,
		"checksum_length":   len(found.GetChecksum()),
		"has_creation_time": found.GetCreationTime() != nil,
	}
}

// The first alone.
func snapshots(found []*qdrant.SnapshotDescription) []object {
	answer := []object{}
	for _, one := range found[:min(len(found), 1)] {
		answer = append(answer, snapshot(one))
	}
	return answer
}

var wordStart = regexp.MustCompile(`([a-z])([A-Z])`)

// The client wraps errors: the status of the call is within.
func failure(err error) object {
	var call interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &call) {
		return object{"error": object{"code": "OUTSIDE_OF_GRPC", "message": err.Error()}}
	}
	code := strings.ToUpper(wordStart.ReplaceAllString(call.GRPCStatus().Code().String(), "${1}_${2}"))
	return object{"error": object{"code": code, "message": call.GRPCStatus().Message()}}
}

func sorted(all []any) []any {
	sort.Slice(all, func(a, b int) bool { return all[a].(string) < all[b].(string) })
	return all
}
