package main

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
)

// Field numbers of points.proto and vectorizer/v1/vectorizer.proto.
const (
	scrollOffsetField        = 3 // ScrollPoints.offset
	nextPageOffsetField      = 1 // ScrollResponse.next_page_offset
	pagePointField           = 2 // ScrollResponse.result
	streamedPointField       = 1 // ScrollStreamResponse.points
	lengthDelimited          = 2 // wire type
	fixed64Bytes             = 8
	fixed32Bytes             = 4
	wireTypeBits             = 3
	wireTypeMask             = 1<<wireTypeBits - 1
	scrollOffsetTag     byte = scrollOffsetField<<wireTypeBits | lengthDelimited
)

var errTruncated = errors.New("an answer that is not protobuf")

// runPages reads a collection page by page: each request is the first message with the offset of the last answer.
func runPages(o options, list *messages) (report, error) {
	return measure(o, 1, func() {}, func(_ int, c *connection, t *tally) error {
		first := list.framed[0]
		var offset []byte
		c.onMessage = func(_ *call, message []byte) error {
			t.bytes += int64(len(message))
			t.messages++
			offset = nil
			return walkFields(message, func(field int, value []byte) error {
				switch field {
				case nextPageOffsetField:
					offset = slices.Clone(value)
				case pagePointField:
					return t.point(value, o.decode)
				}
				return nil
			})
		}
		c.onEnd = func(one *call, ended outcome) { t.add(time.Since(one.started), ended) }
		request := first
		for {
			if err := c.start(0, [][]byte{request}, time.Now()); err != nil {
				return err
			}
			if err := c.run(); err != nil {
				return err
			}
			if offset == nil || t.firstFailure != "" {
				return nil
			}
			// A field that comes last in a message counts, wherever the others stand.
			page := append(slices.Clone(first[grpcPrefixBytes:]), scrollOffsetTag)
			page = binary.AppendUvarint(page, uint64(len(offset)))
			request = frame(append(page, offset...))
			offset = nil
		}
	})
}

// runServerStream sends the first message and counts points of all messages that come back.
func runServerStream(o options, list *messages) (report, error) {
	return measure(o, 1, func() {}, func(_ int, c *connection, t *tally) error {
		c.onMessage = func(_ *call, message []byte) error {
			t.bytes += int64(len(message))
			t.messages++
			return walkFields(message, func(field int, value []byte) error {
				if field == streamedPointField {
					return t.point(value, o.decode)
				}
				return nil
			})
		}
		c.onEnd = func(one *call, ended outcome) { t.add(time.Since(one.started), ended) }
		if err := c.start(0, [][]byte{list.framed[0]}, time.Now()); err != nil {
			return err
		}
		return c.run()
	})
}

// runClientStream sends all messages in one call on each connection, in turn, and waits for the answers.
func runClientStream(o options, list *messages) (report, error) {
	return measure(o, o.connections, func() {}, func(index int, c *connection, t *tally) error {
		var share [][]byte
		for at := index; at < len(list.framed); at += o.connections {
			share = append(share, list.framed[at])
		}
		c.onMessage = func(_ *call, message []byte) error {
			t.bytes += int64(len(message))
			t.messages++
			return nil
		}
		c.onEnd = func(one *call, ended outcome) { t.add(time.Since(one.started), ended) }
		if len(share) == 0 {
			return nil
		}
		if err := c.start(index, share, time.Now()); err != nil {
			return err
		}
		return c.run()
	})
}

// point counts one, and decodes it as the official client does where that is asked for.
func (t *tally) point(message []byte, decode bool) error {
	t.points++
	if !decode {
		return nil
	}
	return proto.Unmarshal(message, &qdrant.RetrievedPoint{})
}

// walkFields calls with each field of a message that has a length.
func walkFields(message []byte, onField func(field int, value []byte) error) error {
	for len(message) > 0 {
		tag, width := binary.Uvarint(message)
		if width <= 0 {
			return errTruncated
		}
		message = message[width:]
		skipped := 0
		switch tag & wireTypeMask {
		case 0:
			_, skipped = binary.Uvarint(message)
			if skipped <= 0 {
				return errTruncated
			}
		case 1:
			skipped = fixed64Bytes
		case lengthDelimited:
			length, width := binary.Uvarint(message)
			if width <= 0 || uint64(len(message)-width) < length {
				return errTruncated
			}
			skipped = width + int(length)
			if err := onField(int(tag>>wireTypeBits), message[width:skipped]); err != nil {
				return err
			}
		case 5:
			skipped = fixed32Bytes
		default:
			return errTruncated
		}
		if len(message) < skipped {
			return errTruncated
		}
		message = message[skipped:]
	}
	return nil
}
