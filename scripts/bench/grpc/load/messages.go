package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// grpcPrefixBytes stand before each message on the wire: a byte that says whether it is compressed, and its length.
const grpcPrefixBytes = 5

// messages are request messages as they stand on the wire, prefix included.
type messages struct {
	framed [][]byte
}

func readMessages(path string) (*messages, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var framed [][]byte
	for at := 0; at < len(bytes); {
		if len(bytes)-at < 4 {
			return nil, fmt.Errorf("%s ends within a length", path)
		}
		length := int(binary.LittleEndian.Uint32(bytes[at:]))
		at += 4
		if len(bytes)-at < length {
			return nil, fmt.Errorf("%s ends within a message", path)
		}
		framed = append(framed, frame(bytes[at:at+length]))
		at += length
	}
	if len(framed) == 0 {
		return nil, fmt.Errorf("%s holds no message", path)
	}
	return &messages{framed: framed}, nil
}

func frame(message []byte) []byte {
	framed := make([]byte, grpcPrefixBytes, grpcPrefixBytes+len(message))
	binary.BigEndian.PutUint32(framed[1:], uint32(len(message)))
	return append(framed, message...)
}

// stamp writes the lowest 16 bits of the f32 at an offset of a framed message: less than 1 % of that number.
func stamp(framed []byte, offset int, value int) {
	binary.LittleEndian.PutUint16(framed[grpcPrefixBytes+offset:], uint16(value))
}

// answers collects answers by the index of their request.
type answers struct {
	byIndex [][]byte
}

func (a *answers) write(path string) error {
	var out []byte
	for index, answer := range a.byIndex {
		out = binary.LittleEndian.AppendUint32(out, uint32(4+len(answer)))
		out = binary.LittleEndian.AppendUint32(out, uint32(index))
		out = append(out, answer...)
	}
	return os.WriteFile(path, out, 0o644)
}

// splitter cuts the bytes of an answer into its messages, wherever frames end.
type splitter struct {
	rest []byte
}

var errCompressed = errors.New("a compressed answer, which was not asked for")

// take adds bytes and calls with each message that is complete. The message is good until take returns.
func (s *splitter) take(bytes []byte, onMessage func([]byte) error) error {
	if len(s.rest) > 0 {
		s.rest = append(s.rest, bytes...)
		bytes = s.rest
	}
	for len(bytes) >= grpcPrefixBytes {
		if bytes[0] != 0 {
			return errCompressed
		}
		end := grpcPrefixBytes + int(binary.BigEndian.Uint32(bytes[1:]))
		if len(bytes) < end {
			break
		}
		if err := onMessage(bytes[grpcPrefixBytes:end]); err != nil {
			return err
		}
		bytes = bytes[end:]
	}
	// append moves bytes to the front of what they may lie in: copy is made for that.
	s.rest = append(s.rest[:0], bytes...)
	return nil
}
