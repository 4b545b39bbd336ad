package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// The control socket is how commands that change state reach the running
// bridge: a Unix socket in its data folder, for the user whose folder it is
// (mode 0600). A call is a line with a controlHead and, behind it, Size bytes of
// JSON with its arguments; its answer is a line with a controlAnswer and, behind
// it, Size bytes of JSON with the result. One connection carries any number of
// them, one after the other. What is no call is answered as malformed and ends the
// connection.

const (
	controlName    = "control.sock"
	controlNew     = "control.new" // folder in which it is made
	controlVersion = 2

	maxControlError = 1000    // bytes of an answer's text; JSON writes each as six at most (\u003c)
	controlLine     = 8 << 10 // of a head or an answer, with its line end
	// maxControlSize bounds arguments, in bytes; control.limit may allow more.
	maxControlSize = 64 << 20

	controlPeers    = 8                // connections at once; others wait in the kernel
	controlPatience = 10 * time.Second // for a call to come, to be carried out, and for its answer to leave
)

// controlHead is the line of a call.
type controlHead struct {
	Version int      `json:"version"`
	Call    callName `json:"call"`
	Size    int64    `json:"size"` // bytes of the arguments
}

// controlStatus is how a call ended.
type controlStatus string

const (
	controlDone      controlStatus = "done"
	controlRefused   controlStatus = "refused"   // unknown, or in a state that does not allow it: nothing was changed
	controlFailed    controlStatus = "failed"    // a failure of ours (disk, database); whether it was done is not known
	controlMalformed controlStatus = "malformed" // no call of this version
)

// controlAnswer is the line of an answer.
type controlAnswer struct {
	Version int           `json:"version"`
	Status  controlStatus `json:"status"`
	Error   string        `json:"error"` // for people; "" when done
	Size    int64         `json:"size"`  // bytes of the result; 0 unless done
}

// errMalformed is what a call says of arguments that nobody may send.
var errMalformed = errors.New("malformed")

// answerOf is the answer to a call with what came of it.
func answerOf(result any, err error) (controlStatus, []byte) {
	a := controlAnswer{Version: controlVersion, Status: controlDone}
	var text []byte
	if err == nil {
		text = marshal(result)
	} else {
		said := err.Error()
		a.Error = strings.ToValidUTF8(said[:min(len(said), maxControlError)], "")
		a.Status = controlFailed
		if _, no := errors.AsType[refusal](err); no {
			a.Status = controlRefused
		} else if errors.Is(err, errMalformed) {
			a.Status = controlMalformed
		}
	}
	a.Size = int64(len(text))
	return a.Status, append(append(marshal(a), '\n'), text...)
}

// parseControlHead reads the line of a call, of most bytes of arguments. Names that
// it does not know say nothing.
func parseControlHead(line []byte, most int64) (controlHead, error) {
	var h controlHead
	err := json.Unmarshal(line, &h)
	switch {
	case err != nil:
		err = fmt.Errorf("no call: %w", err)
	case h.Version != controlVersion:
		err = fmt.Errorf("a call of version %d; version %d is spoken here", h.Version, controlVersion)
	case h.Size < 1 || h.Size > most:
		err = fmt.Errorf("arguments of %d bytes; 1 to %d", h.Size, most)
	}
	if err != nil {
		return h, fmt.Errorf("%w: %w", errMalformed, err)
	}
	return h, nil
}

// control is the running bridge's end of the socket.
type control struct {
	data     string // the data folder
	callee   callee
	limit    int64 // bytes of the arguments of a call, where that is more than maxControlSize
	patience time.Duration
	log      *slog.Logger
}

// run serves until ctx ends, ends what it is carrying out, and leaves neither a
// goroutine nor the socket behind. Whoever calls it holds the data folder's lock: a
// socket that lies there already is of a process that was killed.
func (c *control) run(ctx context.Context) error {
	l, err := listenControl(c.data)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	defer os.Remove(filepath.Join(c.data, controlName)) // one that stays is replaced at the next start
	defer l.Close()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	var conversations sync.WaitGroup
	defer conversations.Wait()
	slots := make(chan struct{}, controlPeers)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := l.Accept()
		switch {
		case err == nil:
			conversations.Go(func() {
				c.converse(ctx, conn)
				<-slots
			})
		case ctx.Err() != nil:
			return nil
		default: // out of file descriptors and the like: others will end, then it goes on
			c.log.Error("control socket", "error", err)
			c.pause(ctx)
			<-slots
		}
	}
}

func (c *control) pause(ctx context.Context) {
	t := time.NewTimer(100 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// converse answers call after call until the peer hangs up, is too slow, sends
// what is no call, or ctx ends. What is being carried out is ended.
func (c *control) converse(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	lines := bufio.NewReaderSize(conn, controlLine)
	for {
		conn.SetReadDeadline(time.Now().Add(c.patience))
		if ctx.Err() != nil { // asked for behind the deadline, which may have replaced that of the end
			return
		}
		line, err := lines.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return // half a line is no call
		}
		status, said := c.take(ctx, line, err, lines)
		conn.SetWriteDeadline(time.Now().Add(c.patience))
		if _, err := conn.Write(said); err != nil || status == controlMalformed {
			return
		}
	}
}

// take carries out the call of one line, behind which are its arguments, and gives
// the answer; err is set when the line has no end.
func (c *control) take(ctx context.Context, line []byte, err error, behind io.Reader) (controlStatus, []byte) {
	if err != nil {
		return answerOf(nil, fmt.Errorf("%w: a line of more than %d bytes", errMalformed, controlLine))
	}
	h, err := parseControlHead(line, max(maxControlSize, c.limit))
	if err != nil {
		return answerOf(nil, err)
	}
	args := make([]byte, h.Size)
	if _, err := io.ReadFull(behind, args); err != nil {
		return answerOf(nil, fmt.Errorf("%w: half a call: %w", errMalformed, err))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	return answerOf(c.callee.do(ctx, h.Call, args))
}

// listenControl makes the socket of a data folder. It is bound in a folder that
// nobody else may enter and then renamed: under its name it has the right mode
// from the first moment, and it replaces a stale one in one step.
func listenControl(data string) (_ net.Listener, err error) {
	private := filepath.Join(data, controlNew)
	if err := os.RemoveAll(private); err != nil {
		return nil, err
	}
	if err := os.Mkdir(private, 0o700); err != nil {
		return nil, err
	}
	defer os.RemoveAll(private)
	var l *net.UnixListener
	err = withShortPath(data, func(short string) (err error) {
		l, err = net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(short, controlNew, "s")})
		return err
	})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // it gets another name
	made := filepath.Join(private, "s")
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, filepath.Join(data, controlName))
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// maxSocketFolder leaves room for the longest name below the data folder in a
// socket's address, which has 103 bytes at least (Linux 107, macOS and BSD 103).
const maxSocketFolder = 103 - len("/"+controlNew+"/s")

// withShortPath calls use with a path of the folder that fits into a socket's
// address: its own, or where that is too long a symbolic link to it in a new
// folder of [os.TempDir], which is gone when use returns. The socket lies in the
// folder itself either way, so that both ends need not agree on anything.
func withShortPath(folder string, use func(short string) error) error {
	if len(folder) <= maxSocketFolder {
		return use(folder)
	}
	temp, err := os.MkdirTemp("", "edibridge-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	short := filepath.Join(temp, "d")
	if err := os.Symlink(folder, short); err != nil {
		return err
	}
	return use(short)
}
