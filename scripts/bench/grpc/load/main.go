// Load over gRPC with requests that were made beforehand: the native generator of scripts/bench/grpc.
//
// It speaks HTTP/2 frames itself, with the headers of a call encoded once a connection, so that the server's limit is
// reached before its own; what it does not need of an answer it does not decode. One JSON object goes to stdout.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

// options are the flags of the command line.
type options struct {
	mode         string
	address      string
	method       string
	messagesFile string
	answersFile  string
	connections  int
	streams      int
	seconds      float64
	stampAt      int
	stampFrom    int
	decode       bool
}

var modes = map[string]func(options, *messages) (report, error){
	"unary":         runUnary,
	"pages":         runPages,
	"server-stream": runServerStream,
	"client-stream": runClientStream,
}

func main() {
	o := parseOptions()
	told, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		os.Exit(1)
	}
}

func run(o options) (report, error) {
	mode, known := modes[o.mode]
	if !known {
		return report{}, fmt.Errorf("no mode %q", o.mode)
	}
	if o.method == "" || !strings.HasPrefix(o.method, "/") {
		return report{}, fmt.Errorf("-method: a path like /qdrant.Points/Query, not %q", o.method)
	}
	list, err := readMessages(o.messagesFile)
	if err != nil {
		return report{}, err
	}
	return mode(o, list)
}

func parseOptions() options {
	var o options
	flag.StringVar(&o.mode, "mode", "unary", `unary          each message is a call of its own
pages          the first message is a ScrollPoints: pages by unary calls along next_page_offset, one connection
server-stream  the first message is sent once, all messages of the answer are counted, one connection
client-stream  each connection sends its share of the messages in one call`)
	flag.StringVar(&o.address, "address", "127.0.0.1:6334", "host and port")
	flag.StringVar(&o.method, "method", "", "path of the method, such as /qdrant.Points/Query")
	flag.StringVar(&o.messagesFile, "messages", "", "file of request messages: each a u32 length, little endian, and its bytes")
	flag.StringVar(&o.answersFile, "answers", "", "unary: write answers here, each as u32 length, u32 index of the request, bytes; every message is sent once")
	flag.IntVar(&o.connections, "connections", 8, "connections at a time")
	flag.IntVar(&o.streams, "streams", 1, "unary: calls at a time on each connection")
	flag.Float64Var(&o.seconds, "seconds", 0, "unary: how long, the messages in turn; 0 = every message once")
	flag.IntVar(&o.stampAt, "stamp-at", -1, "unary: offset of an f32 in every message whose 16 lowest bits tell how often the message was sent, so that none is sent twice; -1 = send as they are")
	flag.IntVar(&o.stampFrom, "stamp-from", 0, "the first value of these bits")
	flag.BoolVar(&o.decode, "decode", false, "pages, server-stream: decode every point, as the official Go client does")
	flag.Parse()
	return o
}
