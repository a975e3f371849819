// The shared scenario with Go's official client. Prints one JSON line a step (../README.md).
//
//	go run . 127.0.0.1 6334
//
// Skipped: what the messages of go-client 1.17.1 do not have (prefix and slice conditions, idf of a part, methods of
// vector names).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/qdrant/go-client/qdrant"
)

var (
	client *qdrant.Client
	ctx    = context.Background()
	yes    = qdrant.PtrOf(true)
	no     = qdrant.PtrOf(false)
)

func main() {
	port, err := strconv.Atoi(os.Args[2])
	check(err)
	client, err = qdrant.NewClient(&qdrant.Config{Host: os.Args[1], Port: port, SkipCompatibilityCheck: true})
	check(err)
	defer client.Close()

	readData()
	collectionSteps()
	writeSteps()
	readSteps()
	searchSteps()
	querySteps()
	errorSteps()
	changeSteps()
	largeSteps()
	aliasSteps()
	lastSteps()
}

// One step: an answer of the client as `canonical` has it, or its error.
func step[T any, C any](name string, answer T, err error, canonical func(T) C) {
	if err != nil {
		printed(object{"step": name, "answer": failure(err)})
	} else {
		printed(object{"step": name, "answer": canonical(answer)})
	}
}

// A step of a method that only says that it worked.
func done(name string, err error) {
	step(name, true, err, same)
}

func skip(name, reason string) {
	printed(object{"step": name, "skipped": reason})
}

func same[T any](answer T) T { return answer }

func printed(line object) {
	text, err := json.Marshal(line)
	check(err)
	fmt.Println(string(text))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func u64(value uint64) *uint64      { return &value }
func u32(value uint32) *uint32      { return &value }
func f32(value float32) *float32    { return &value }
func f64(value float64) *float64    { return &value }
func text(value string) *string     { return &value }
func num(id uint64) *qdrant.PointId { return qdrant.NewIDNum(id) }
