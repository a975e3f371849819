package main

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// report is what is told on stdout.
type report struct {
	// Calls that have ended, whatever with.
	Calls   int     `json:"calls"`
	Seconds float64 `json:"seconds"`
	// PerSecond counts calls with status 0.
	PerSecond float64 `json:"perSecond"`
	// Statuses counts calls by gRPC status; -1 = the stream was reset.
	Statuses     map[string]int `json:"statuses"`
	FirstFailure string         `json:"firstFailure,omitempty"`
	P50Ms        float64        `json:"p50Ms"`
	P95Ms        float64        `json:"p95Ms"`
	P99Ms        float64        `json:"p99Ms"`
	// AnswerBytes are those of messages.
	AnswerBytes int64 `json:"answerBytes"`
	// Messages and Points of answers, where these are counted.
	Messages int `json:"messages"`
	Points   int `json:"points"`
	// Repeated tells whether a message was sent twice as it is.
	Repeated bool `json:"repeated"`
	// Busy is the share of the time for which this program used a processor.
	Busy float64 `json:"busy"`
}

// tally counts on one connection.
type tally struct {
	latencies    []time.Duration
	statuses     map[int]int
	firstFailure string
	bytes        int64
	messages     int
	points       int
}

func (t *tally) add(latency time.Duration, ended outcome) {
	t.latencies = append(t.latencies, latency)
	t.statuses[ended.status]++
	if ended.status != 0 && t.firstFailure == "" {
		t.firstFailure = ended.message
	}
}

// measure opens connections, then drives all of them at once until each is done.
func measure(
	o options,
	connections int,
	begin func(),
	drive func(index int, c *connection, t *tally) error,
) (report, error) {
	open := make([]*connection, connections)
	for index := range open {
		c, err := openConnection(o.address, o.method)
		if err != nil {
			return report{}, err
		}
		defer c.close()
		open[index] = c
	}
	tallies := make([]*tally, connections)
	failures := make([]error, connections)
	var group sync.WaitGroup
	begin()
	processor := processorTime()
	started := time.Now()
	for index, c := range open {
		tallies[index] = &tally{statuses: map[int]int{}}
		group.Go(func() { failures[index] = drive(index, c, tallies[index]) })
	}
	group.Wait()
	elapsed := time.Since(started)
	told := summarise(tallies, elapsed)
	told.Busy = (processorTime() - processor).Seconds() / elapsed.Seconds()
	return told, errors.Join(failures...)
}

func summarise(tallies []*tally, elapsed time.Duration) report {
	told := report{Seconds: elapsed.Seconds(), Statuses: map[string]int{}}
	var latencies []time.Duration
	for _, t := range tallies {
		latencies = append(latencies, t.latencies...)
		for status, count := range t.statuses {
			told.Statuses[strconv.Itoa(status)] += count
		}
		if told.FirstFailure == "" {
			told.FirstFailure = t.firstFailure
		}
		told.AnswerBytes += t.bytes
		told.Messages += t.messages
		told.Points += t.points
	}
	slices.Sort(latencies)
	told.Calls = len(latencies)
	told.PerSecond = float64(told.Statuses["0"]) / elapsed.Seconds()
	told.P50Ms = quantileMs(latencies, 0.5)
	told.P95Ms = quantileMs(latencies, 0.95)
	told.P99Ms = quantileMs(latencies, 0.99)
	return told
}

func quantileMs(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(len(sorted)-1, int(float64(len(sorted))*share))]) / 1e6
}

// processorTime is what this process has used so far, system time included.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
