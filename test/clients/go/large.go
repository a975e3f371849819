package main

import (
	"sync"

	"github.com/qdrant/go-client/qdrant"
)

// Megabytes in one message each way, and many calls at once.
const (
	large      = "large"
	largeCount = 3000
	largeSize  = 256
	largeCalls = 100
)

func vectorOf(point int) []float32 {
	vector := make([]float32, largeSize)
	for at := range vector {
		vector[at] = float32(float64((point*7919+at*104729+point*at*31)%10007) / 10007)
	}
	return vector
}

// Of each call the ids that it found; any error that one had.
func manyAtOnce() ([][]any, error) {
	found := make([][]any, largeCalls)
	failures := make([]error, largeCalls)
	var calls sync.WaitGroup
	for call := range found {
		calls.Add(1)
		go func() {
			defer calls.Done()
			points, err := client.Query(ctx, &qdrant.QueryPoints{
				CollectionName: large,
				Query:          qdrant.NewQueryDense(vectorOf(call * 29)),
				Params:         &qdrant.SearchParams{Exact: yes},
				Limit:          u64(3),
			})
			found[call], failures[call] = ids(points), err
		}()
	}
	calls.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func summed(found []*qdrant.RetrievedPoint) object {
	sum := 0.0
	for _, point := range found {
		for _, value := range point.GetVectors().GetVector().GetDense().GetData() {
			sum += float64(value)
		}
	}
	return object{"count": len(found), "sum": sum}
}

func largeSteps() {
	done("create large", client.CreateCollection(ctx, &qdrant.CreateCollection{
		CollectionName: large,
		VectorsConfig:  qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: largeSize, Distance: qdrant.Distance_Euclid}),
	}))
	all := []*qdrant.PointStruct{}
	for at := range largeCount {
		all = append(all, &qdrant.PointStruct{Id: num(uint64(at)), Vectors: qdrant.NewVectorsDense(vectorOf(at))})
	}
	upsertStep("upsert large", &qdrant.UpsertPoints{CollectionName: large, Points: all})
	found, err := client.Scroll(ctx, &qdrant.ScrollPoints{
		CollectionName: large, Limit: u32(largeCount), WithVectors: vectsOf, WithPayload: qdrant.NewWithPayload(false),
	})
	step("scroll large", found, err, summed)
	many, err := manyAtOnce()
	step("many at once", many, err, same)
	deleteStep("delete large", large, nil)
}
