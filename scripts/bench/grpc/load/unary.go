package main

import (
	"sync/atomic"
	"time"
)

// turns hands the messages out in turn to all connections.
type turns struct {
	messages *messages
	next     atomic.Int64
	// count of messages to be handed out; 0 = until the deadline.
	count    int64
	deadline time.Time
	stampAt  int
	// stampFrom is the stamp of the first time round.
	stampFrom int
}

// take gives the next message, or false when there are no more.
func (t *turns) take(now time.Time) (int, []byte, bool) {
	if t.count == 0 && !now.Before(t.deadline) {
		return 0, nil, false
	}
	sent := t.next.Add(1) - 1
	if t.count > 0 && sent >= t.count {
		return 0, nil, false
	}
	length := int64(len(t.messages.framed))
	index := int(sent % length)
	message := t.messages.framed[index]
	if t.stampAt >= 0 {
		stamp(message, t.stampAt, t.stampFrom+int(sent/length))
	}
	return index, message, true
}

func runUnary(o options, list *messages) (report, error) {
	once := o.seconds == 0 || o.answersFile != ""
	given := &turns{messages: list, stampAt: o.stampAt, stampFrom: o.stampFrom}
	if once {
		given.count = int64(len(list.framed))
	}
	kept := &answers{}
	if o.answersFile != "" {
		kept.byIndex = make([][]byte, len(list.framed))
	}
	told, err := measure(o, o.connections, func() {
		given.deadline = time.Now().Add(time.Duration(o.seconds * float64(time.Second)))
	}, func(_ int, c *connection, t *tally) error {
		return driveUnary(c, given, t, o.streams, kept)
	})
	if err != nil {
		return told, err
	}
	told.Repeated = !once && o.stampAt < 0 && given.next.Load() > int64(len(list.framed))
	if o.answersFile != "" {
		err = kept.write(o.answersFile)
	}
	return told, err
}

// driveUnary keeps `streams` calls open on a connection until there are no more messages.
func driveUnary(c *connection, given *turns, t *tally, streams int, kept *answers) error {
	var failed error
	step := func(now time.Time) {
		if index, message, isThere := given.take(now); isThere {
			if err := c.start(index, [][]byte{message}, now); err != nil {
				failed = err
			}
		}
	}
	c.onMessage = func(one *call, message []byte) error {
		t.bytes += int64(len(message))
		t.messages++
		if kept.byIndex != nil {
			kept.byIndex[one.index] = append([]byte{}, message...)
		}
		return nil
	}
	c.onEnd = func(one *call, ended outcome) {
		now := time.Now()
		t.add(now.Sub(one.started), ended)
		step(now)
	}
	for range streams {
		step(time.Now())
	}
	if err := c.run(); err != nil {
		return err
	}
	return failed
}
