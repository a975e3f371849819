package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"time"

	"golang.org/x/net/http2"
)

const (
	// What a server may send before it is read here, for a call and for all calls of a connection: as much as grpc-go
	// grows its windows to at most.
	receiveWindow = 16 << 20
	// What a server takes without having said so (RFC 9113, 6.9.2 and 4.2).
	initialWindow     = 65535
	initialFrameBytes = 16384
	readBufferBytes   = 256 << 10
	writeBytesMax     = 256 << 10
)

// call is one call on a connection.
type call struct {
	id uint32
	// index of the message in the list.
	index   int
	started time.Time
	// unsent messages in order; the call is closed on this side behind the last.
	unsent [][]byte
	// window of the server for this stream, in bytes.
	window   int64
	consumed uint32
	splitter splitter
	// ended tells that trailers are under way.
	ended bool
}

// outcome is what a call ended with.
type outcome struct {
	// status is gRPC's; statusMissing where the stream was reset or had no trailers.
	status  int
	message string
}

const statusMissing = -1

// connection is one HTTP/2 connection for calls of one method. One goroutine owns it: what there is to be written is
// written before it waits for an answer.
type connection struct {
	socket  net.Conn
	reader  *bufio.Reader
	framer  *http2.Framer
	out     bytes.Buffer
	headers requestHeaders
	answers *answerHeaders
	// block gathers a header block that comes in several frames.
	block  []byte
	calls  map[uint32]*call
	nextID uint32
	// blocked calls wait for the server's window, in order.
	blocked      []*call
	window       int64
	streamWindow int64
	frameBytes   int
	consumed     uint32
	isSettled    bool

	onMessage func(*call, []byte) error
	// onEnd is called when a call is over; it may start another.
	onEnd func(*call, outcome)
}

func openConnection(address, method string) (*connection, error) {
	socket, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &connection{
		socket:       socket,
		reader:       bufio.NewReaderSize(socket, readBufferBytes),
		answers:      newAnswerHeaders(),
		calls:        map[uint32]*call{},
		nextID:       1,
		window:       initialWindow,
		streamWindow: initialWindow,
		frameBytes:   initialFrameBytes,
		onMessage:    func(*call, []byte) error { return nil },
		onEnd:        func(*call, outcome) {},
	}
	c.framer = http2.NewFramer(&c.out, c.reader)
	c.framer.SetReuseFrames()
	if err := c.settle(); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	c.headers = newRequestHeaders(address, method)
	return c, nil
}

// settle says what this side takes and waits for what the server takes.
func (c *connection) settle() error {
	c.out.WriteString(http2.ClientPreface)
	window := http2.Setting{ID: http2.SettingInitialWindowSize, Val: receiveWindow}
	if err := c.framer.WriteSettings(http2.Setting{ID: http2.SettingEnablePush, Val: 0}, window); err != nil {
		return err
	}
	if err := c.framer.WriteWindowUpdate(0, receiveWindow-initialWindow); err != nil {
		return err
	}
	for !c.isSettled {
		if err := c.step(); err != nil {
			return err
		}
	}
	return nil
}

// start opens a call that sends these messages.
func (c *connection) start(index int, unsent [][]byte, now time.Time) error {
	one := &call{id: c.nextID, index: index, started: now, unsent: unsent, window: c.streamWindow}
	c.nextID += 2
	c.calls[one.id] = one
	err := c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID:      one.id,
		BlockFragment: c.headers.next(),
		EndHeaders:    true,
	})
	if err != nil {
		return err
	}
	return c.push(one)
}

// push sends what the windows allow; the rest waits for them.
func (c *connection) push(one *call) error {
	for len(one.unsent) > 0 {
		next := one.unsent[0]
		length := min(int64(len(next)), int64(c.frameBytes), one.window, c.window)
		if length <= 0 {
			c.blocked = append(c.blocked, one)
			return nil
		}
		isLast := int(length) == len(next) && len(one.unsent) == 1
		if err := c.framer.WriteData(one.id, isLast, next[:length]); err != nil {
			return err
		}
		one.window -= length
		c.window -= length
		if int(length) == len(next) {
			one.unsent = one.unsent[1:]
		} else {
			one.unsent[0] = next[length:]
		}
		if c.out.Len() >= writeBytesMax {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *connection) pushBlocked() error {
	waiting := c.blocked
	c.blocked = nil
	for _, one := range waiting {
		if err := c.push(one); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) flush() error {
	_, err := c.out.WriteTo(c.socket)
	return err
}

// run reads until no call is open.
func (c *connection) run() error {
	for len(c.calls) > 0 {
		if err := c.step(); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) close() {
	c.socket.Close()
}

// step handles one frame of the server.
func (c *connection) step() error {
	if c.reader.Buffered() == 0 {
		if err := c.flush(); err != nil {
			return err
		}
	}
	frame, err := c.framer.ReadFrame()
	if err != nil {
		return err
	}
	switch frame := frame.(type) {
	case *http2.DataFrame:
		return c.onDataFrame(frame)
	case *http2.HeadersFrame:
		return c.onHeaderBlock(frame.StreamID, frame.HeaderBlockFragment(), frame.HeadersEnded(), frame.StreamEnded())
	case *http2.ContinuationFrame:
		return c.onHeaderBlock(frame.StreamID, frame.HeaderBlockFragment(), frame.HeadersEnded(), false)
	case *http2.WindowUpdateFrame:
		return c.onWindowUpdate(frame)
	case *http2.SettingsFrame:
		return c.onSettings(frame)
	case *http2.PingFrame:
		if frame.IsAck() {
			return nil
		}
		return c.framer.WritePing(true, frame.Data)
	case *http2.RSTStreamFrame:
		return c.end(frame.StreamID, outcome{status: statusMissing, message: "the stream was reset: " + frame.ErrCode.String()})
	case *http2.GoAwayFrame:
		return fmt.Errorf("the server goes away: %s %s", frame.ErrCode, frame.DebugData())
	default:
		return nil
	}
}

func (c *connection) onDataFrame(frame *http2.DataFrame) error {
	one := c.calls[frame.StreamID]
	if one == nil {
		return fmt.Errorf("data for stream %d, which is not open", frame.StreamID)
	}
	if err := c.grant(one, frame.Length); err != nil {
		return err
	}
	err := one.splitter.take(frame.Data(), func(message []byte) error { return c.onMessage(one, message) })
	if err == nil && frame.StreamEnded() {
		return c.end(one.id, outcome{status: statusMissing, message: "no trailers"})
	}
	return err
}

// grant gives back what was read, half a window at a time.
func (c *connection) grant(one *call, length uint32) error {
	c.consumed += length
	one.consumed += length
	if c.consumed > receiveWindow/2 {
		if err := c.framer.WriteWindowUpdate(0, c.consumed); err != nil {
			return err
		}
		c.consumed = 0
	}
	if one.consumed > receiveWindow/2 {
		if err := c.framer.WriteWindowUpdate(one.id, one.consumed); err != nil {
			return err
		}
		one.consumed = 0
	}
	return nil
}

func (c *connection) onHeaderBlock(id uint32, fragment []byte, isWhole, endsStream bool) error {
	one := c.calls[id]
	if one == nil {
		return fmt.Errorf("headers for stream %d, which is not open", id)
	}
	one.ended = one.ended || endsStream
	if !isWhole {
		c.block = append(c.block, fragment...)
		return nil
	}
	if len(c.block) > 0 {
		c.block = append(c.block, fragment...)
		fragment = c.block
		defer func() { c.block = c.block[:0] }()
	}
	ended, err := c.answers.read(fragment)
	if err != nil || !one.ended {
		return err
	}
	return c.end(id, ended)
}

func (c *connection) end(id uint32, ended outcome) error {
	one := c.calls[id]
	if one == nil {
		return nil
	}
	delete(c.calls, id)
	c.onEnd(one, ended)
	return nil
}

func (c *connection) onWindowUpdate(frame *http2.WindowUpdateFrame) error {
	if frame.StreamID == 0 {
		c.window += int64(frame.Increment)
	} else if one := c.calls[frame.StreamID]; one != nil {
		one.window += int64(frame.Increment)
	}
	return c.pushBlocked()
}

func (c *connection) onSettings(frame *http2.SettingsFrame) error {
	if frame.IsAck() {
		return nil
	}
	if window, said := frame.Value(http2.SettingInitialWindowSize); said {
		for _, one := range c.calls {
			one.window += int64(window) - c.streamWindow
		}
		c.streamWindow = int64(window)
	}
	if length, said := frame.Value(http2.SettingMaxFrameSize); said {
		c.frameBytes = int(length)
	}
	if length, said := frame.Value(http2.SettingHeaderTableSize); said && length < headerTableBytes {
		return fmt.Errorf("a header table of %d bytes: fewer than this program is made for", length)
	}
	c.isSettled = true
	if err := c.framer.WriteSettingsAck(); err != nil {
		return err
	}
	return c.pushBlocked()
}
