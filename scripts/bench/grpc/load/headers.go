package main

import (
	"bytes"
	"net/url"
	"strconv"

	"golang.org/x/net/http2/hpack"
)

// headerTableBytes is what both sides keep of earlier headers (RFC 9113, 6.5.2).
const headerTableBytes = 4096

// requestHeaders are the header blocks of a connection's calls: the first tells the server the headers, every other
// names them by their places in its table.
type requestHeaders struct {
	first  []byte
	others []byte
	isUsed bool
}

func newRequestHeaders(authority, method string) requestHeaders {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	encode := func() []byte {
		block.Reset()
		for _, field := range [][2]string{
			{":method", "POST"},
			{":scheme", "http"},
			{":path", method},
			{":authority", authority},
			{"content-type", "application/grpc"},
			{"user-agent", "vectorizer-load/1"},
			{"te", "trailers"},
		} {
			// A bytes.Buffer takes everything.
			_ = encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
		}
		return bytes.Clone(block.Bytes())
	}
	return requestHeaders{first: encode(), others: encode()}
}

func (h *requestHeaders) next() []byte {
	if h.isUsed {
		return h.others
	}
	h.isUsed = true
	return h.first
}

// answerHeaders reads header blocks of a connection's answers, in the order in which they come.
type answerHeaders struct {
	decoder *hpack.Decoder
	// known blocks say what they said before as long as the table of the decoder is as it was.
	known map[string]outcome
}

const knownMax = 64

func newAnswerHeaders() *answerHeaders {
	return &answerHeaders{decoder: hpack.NewDecoder(headerTableBytes, nil), known: map[string]outcome{}}
}

func (h *answerHeaders) read(block []byte) (outcome, error) {
	if found, isKnown := h.known[string(block)]; isKnown {
		return found, nil
	}
	fields, err := h.decoder.DecodeFull(block)
	if err != nil {
		return outcome{}, err
	}
	ended := outcome{status: statusMissing, message: "no grpc-status"}
	for _, field := range fields {
		switch field.Name {
		case "grpc-status":
			status, err := strconv.Atoi(field.Value)
			if err != nil {
				return outcome{}, err
			}
			ended.status = status
		case "grpc-message":
			ended.message = field.Value
			if text, err := url.PathUnescape(field.Value); err == nil {
				ended.message = text
			}
		}
	}
	if ended.status == 0 {
		ended.message = ""
	}
	h.remember(block, ended)
	return ended, nil
}

// remember keeps what a block says. One that adds to the decoder's table moves what others refer to.
func (h *answerHeaders) remember(block []byte, ended outcome) {
	for _, first := range block {
		// Fields that the table holds: a one in the highest bit. Table places above 126 take more bytes; those are decoded.
		if first < 0x80 || first == 0xff {
			clear(h.known)
			return
		}
	}
	if len(h.known) < knownMax {
		h.known[string(block)] = ended
	}
}
