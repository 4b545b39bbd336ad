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
	"unicode"
	"unicode/utf8"

	"github.com/edibridge/edibridge/bridge"
)

// The control socket is how commands that change state reach the running
// bridge: a Unix socket in its data folder, for the user whose folder it is
// (mode 0600). A request is a line with one JSON object, and so is its answer;
// one connection carries any number of them, one after the other. What is no
// request is answered as malformed and ends the connection.

const (
	controlName    = "control.sock"
	controlNew     = "control.new" // folder in which it is made
	controlVersion = 1

	// A request's texts, in bytes. JSON writes a byte as six at most (\u003c), so
	// that a request has at most 6*(100+100+1000) + 240 bytes of names, numbers and
	// braces, and an answer fewer: both are below controlLine.
	maxControlID    = 64
	maxControlBy    = 100
	maxControlName  = 100 // of a series
	maxReason       = 1000
	maxControlError = 1000
	controlLine     = 8 << 10 // of a request or an answer, with its line end

	controlPeers    = 8                // connections at once; others wait in the kernel
	controlPatience = 10 * time.Second // for a request to come, to be carried out, and for its answer to leave
)

// controlRequest asks for one decision about one Transmission, or one series of
// control numbers.
type controlRequest struct {
	Version      int                  `json:"version"`
	Operation    bridge.OperationKind `json:"operation"`          // retry, discard, close, renumber
	Transmission bridge.ID            `json:"transmission"`       // "" of a series
	Renumber     *renumberRequest     `json:"renumber,omitempty"` // of renumber alone
	By           string               `json:"by"`
	Reason       string               `json:"reason"`
}

// controlStatus is how a request ended.
type controlStatus string

const (
	controlDone      controlStatus = "done"
	controlRefused   controlStatus = "refused"   // unknown, or in a state that does not allow it: nothing was changed
	controlFailed    controlStatus = "failed"    // a failure of ours (disk, database); whether it was done is not known
	controlMalformed controlStatus = "malformed" // no request of this version
)

type controlAnswer struct {
	Version int           `json:"version"`
	Status  controlStatus `json:"status"`
	Error   string        `json:"error"` // for people; "" when done
}

func answer(status controlStatus, text string) controlAnswer {
	return controlAnswer{controlVersion, status, strings.ToValidUTF8(text[:min(len(text), maxControlError)], "")}
}

// parseControlRequest reads one line. Names that it does not know say nothing.
func parseControlRequest(line []byte) (controlRequest, error) {
	var q controlRequest
	if err := json.Unmarshal(line, &q); err != nil {
		return q, fmt.Errorf("no request: %w", err)
	}
	if q.Version != controlVersion {
		return q, fmt.Errorf("a request of version %d; version %d is spoken here", q.Version, controlVersion)
	}
	return q, q.check()
}

// check refuses what cannot be asked for, whoever asks.
func (q *controlRequest) check() error {
	if q.Operation == operationRenumber {
		if err := q.Renumber.check(); err != nil {
			return err
		}
	} else if q.Operation != bridge.Retry && q.Operation != bridge.Discard && q.Operation != bridge.Close {
		return fmt.Errorf("there is no operation %.20q", q.Operation)
	}
	switch {
	case q.Renumber == nil && q.Transmission == "", len(q.Transmission) > maxControlID:
		return fmt.Errorf("%.20q is no transmission's id", q.Transmission)
	case strings.TrimSpace(q.By) == "":
		return errors.New("who decides has to be said")
	case strings.TrimSpace(q.Reason) == "":
		return errors.New("a reason has to be given")
	case len(q.By) > maxControlBy:
		return fmt.Errorf("who decides has %d bytes; at most %d", len(q.By), maxControlBy)
	case len(q.Reason) > maxReason:
		return fmt.Errorf("the reason has %d bytes; at most %d", len(q.Reason), maxReason)
	}
	return errors.Join(oneLine(string(q.Transmission)), oneLine(q.By), oneLine(q.Reason))
}

func oneLine(s string) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("%.40q is no line of text", s)
	}
	return nil
}

// ground is what decisions are carried out on.
type ground struct {
	operate  func(context.Context, bridge.Operation) error
	renumber func(context.Context, bridge.Renumbering) error
	find     func(context.Context, bridge.ID) (bridge.Transmission, error)
}

// decide carries out a request that was checked.
func (g ground) decide(ctx context.Context, q controlRequest) controlAnswer {
	if q.Renumber != nil {
		return g.decideNumber(ctx, q)
	}
	err := g.operate(ctx, bridge.NewOperation(q.Operation, q.Transmission, q.By, q.Reason, time.Now()))
	switch {
	case err == nil:
		return answer(controlDone, "")
	case errors.Is(err, bridge.ErrNotFound):
		return answer(controlRefused, "there is no such transmission")
	case errors.Is(err, bridge.ErrConflict):
		return answer(controlRefused, g.conflict(ctx, q))
	}
	return answer(controlFailed, err.Error())
}

// conflict says in which state the Transmission is and which would do.
func (g ground) conflict(ctx context.Context, q controlRequest) string {
	only := "only what is dead or quarantined can be retried"
	switch q.Operation {
	case bridge.Discard:
		only = "only what is dead, pending or quarantined can be discarded"
	case bridge.Close:
		only = "only an acknowledgment that is overdue, or rejects, can be closed"
	}
	t, err := g.find(ctx, q.Transmission)
	if err != nil {
		return only
	}
	return fmt.Sprintf("it is %s; %s", t.State, only)
}

// control is the running bridge's end of the socket.
type control struct {
	data     string // the data folder
	ground   ground
	submit   submit
	callee   callee
	activate activator
	limit    int64 // bytes of one document
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

// converse answers request after request until the peer hangs up, is too slow,
// sends what is no request, or ctx ends. What is being carried out is ended.
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
			return // half a line is no request
		}
		status, said := c.take(ctx, line, err, lines)
		conn.SetWriteDeadline(time.Now().Add(c.patience))
		if _, err := conn.Write(said); err != nil || status == controlMalformed {
			return
		}
	}
}

// take carries out the request of one line, of which behind gives what follows,
// and gives the answer; err is set when the line has no end.
func (c *control) take(ctx context.Context, line []byte, err error, behind io.Reader) (controlStatus, []byte) {
	if err == nil && isSend(line) {
		return c.takeDocument(ctx, line, behind)
	}
	if err == nil && isCall(line) {
		return c.takeCall(ctx, line, behind)
	}
	if err == nil && isActivate(line) {
		return c.takeFiles(ctx, line)
	}
	a := c.decide(ctx, line, err)
	return a.Status, append(marshal(a), '\n')
}

func (c *control) decide(ctx context.Context, line []byte, err error) controlAnswer {
	if err != nil {
		return answer(controlMalformed, fmt.Sprintf("a line of more than %d bytes", controlLine))
	}
	q, err := parseControlRequest(line)
	if err != nil {
		return answer(controlMalformed, err.Error())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	return c.ground.decide(ctx, q)
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
