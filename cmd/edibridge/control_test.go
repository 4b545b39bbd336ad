package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
)

// socket is a control socket over a ground that knows one dead letter.
type socket struct {
	data  string
	done  atomic.Int64 // operations carried out
	stop  context.CancelFunc
	ended chan error
}

// noStore is the store of calls that need none.
type noStore struct {
	bridge.Replays
	bridge.Views
	bridge.Housekeeping
}

const deadLetter = bridge.ID("01KAPVDEADLETTER0000000001")

func newSocket(t *testing.T, data string, patience time.Duration) *socket {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &socket{data: data, stop: stop, ended: make(chan error, 1)}
	g := ground{
		operate: func(_ context.Context, o bridge.Operation) error {
			switch {
			case o.Reason == "disk":
				return errors.New("no space left on device")
			case o.ID != deadLetter:
				return fmt.Errorf("store: %w", bridge.ErrNotFound)
			case o.Kind == bridge.Discard:
				return fmt.Errorf("store: %w", bridge.ErrConflict)
			}
			s.done.Add(1)
			return nil
		},
		find: func(_ context.Context, id bridge.ID) (bridge.Transmission, error) {
			return bridge.Transmission{ID: id, State: bridge.Sent}, nil
		},
	}
	c := &control{data: data, callee: callee{ground: g, store: noStore{}}, patience: patience, log: slog.New(slog.DiscardHandler)}
	go func() { s.ended <- c.run(ctx) }()
	t.Cleanup(stop)
	return s
}

// dial connects as soon as the socket is there.
func (s *socket) dial(t *testing.T) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var conn net.Conn
	var err error
	if late := await(ctx, func() bool { conn, err = dialControl(ctx, s.data); return err == nil }); late != nil {
		t.Fatalf("no socket: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// say sends text and gives every answer that comes back until the bridge hangs up.
func (s *socket) say(t *testing.T, text string) []controlAnswer {
	t.Helper()
	conn := s.dial(t)
	go func() {
		io.WriteString(conn, text) // fails where the bridge hung up before the end
		conn.(*net.UnixConn).CloseWrite()
	}()
	var as []controlAnswer
	for r := (&remote{conn: conn, lines: bufio.NewReaderSize(conn, controlLine)}); ; {
		a, _, err := r.answer()
		if err != nil {
			return as
		}
		as = append(as, a)
	}
}

// called is a call as it is written.
func called(name callName, args any) string {
	text := string(marshal(args))
	return string(marshal(controlHead{controlVersion, name, int64(len(text))})) + "\n" + text
}

func request(kind bridge.OperationKind, id bridge.ID, by, reason string) string {
	return called(callDecide, decideRequest{Operation: kind, Transmission: id, By: by, Reason: reason})
}

var (
	goodDecision = decideRequest{bridge.Retry, deadLetter, "ann", "receiver is back"}
	goodRequest  = called(callDecide, goodDecision)
)

func TestControlAnswers(t *testing.T) {
	s := newSocket(t, t.TempDir(), patience)
	tests := []struct {
		name, text string
		want       []controlStatus
		says       string // in the last answer
	}{
		{"done", goodRequest, []controlStatus{"done"}, ""},
		{"unknown", request(bridge.Retry, "01KAPVN0B0DY00000000000001", "ann", "why"), []controlStatus{"refused"}, "there is no such transmission"},
		{"another state", request(bridge.Discard, deadLetter, "ann", "why"), []controlStatus{"refused"}, "it is sent; only what is dead, pending or quarantined can be discarded"},
		{"a failure", request(bridge.Retry, deadLetter, "ann", "disk"), []controlStatus{"failed"}, "no space left on device"},
		{"one after the other", goodRequest + request(bridge.Discard, deadLetter, "ann", "why") + goodRequest, []controlStatus{"done", "refused", "done"}, ""},
		{"nothing", "", nil, ""},
		{"half a line", strings.Split(goodRequest, "\n")[0], nil, ""},
		{"half a call", strings.TrimSuffix(goodRequest, "}"), []controlStatus{"malformed"}, "half a call"},
		{"nothing behind the line", strings.Split(goodRequest, "\n")[0] + "\n", []controlStatus{"malformed"}, "half a call"},
		{"garbage", "\x00\xff\x16\x03\x01\n" + goodRequest, []controlStatus{"malformed"}, "no call"},
		{"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", []controlStatus{"malformed"}, "no call"},
		{"two in a line", strings.Split(goodRequest, "\n")[0] + goodRequest, []controlStatus{"malformed"}, "no call"},
		{"arguments that are none", strings.Replace(goodRequest, `{"operation":`, `["operation","`, 1), []controlStatus{"malformed"}, "invalid character"},
		{"no arguments", `{"version":2,"call":"dead.decide","size":0}` + "\n", []controlStatus{"malformed"}, "arguments of 0 bytes"},
		{"fewer than none", `{"version":2,"call":"dead.decide","size":-1}` + "\n", []controlStatus{"malformed"}, "arguments of -1 bytes"},
		{"too many", `{"version":2,"call":"dead.decide","size":67108865}` + "\n", []controlStatus{"malformed"}, "1 to 67108864"},
		{"another call", called("dead.raise", 1), []controlStatus{"malformed"}, `by the name of "dead.raise"`},
		{"an endless line", `{"version":2,"call":"` + strings.Repeat("a", 4<<20), []controlStatus{"malformed"}, "more than 8192 bytes"},
		{"deep", strings.Repeat("[", controlLine-1) + "\n", []controlStatus{"malformed"}, "no call"},
		{"another version", strings.Replace(goodRequest, `"version":2`, `"version":1`, 1), []controlStatus{"malformed"}, "version 1; version 2"},
		{"another operation", request("retranslate", deadLetter, "ann", "why"), []controlStatus{"malformed"}, `no operation "retranslate"`},
		{"no reason", request(bridge.Retry, deadLetter, "ann", " "), []controlStatus{"malformed"}, "a reason has to be given"},
		{"nobody", request(bridge.Retry, deadLetter, "", "why"), []controlStatus{"malformed"}, "who decides"},
		{"a long reason", request(bridge.Retry, deadLetter, "ann", strings.Repeat("a", maxReason+1)), []controlStatus{"malformed"}, "1001 bytes"},
		{"a long name", request(bridge.Retry, deadLetter, strings.Repeat("a", maxControlBy+1), "why"), []controlStatus{"malformed"}, "101 bytes"},
		{"an escape sequence", request(bridge.Retry, deadLetter, "ann", "\x1b[2J"), []controlStatus{"malformed"}, "no line of text"},
		{"no id", request(bridge.Retry, "", "ann", "why"), []controlStatus{"malformed"}, "no transmission's id"},
		{"a long id", request(bridge.Retry, bridge.ID(strings.Repeat("0", maxControlID+1)), "ann", "why"), []controlStatus{"malformed"}, "no transmission's id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := s.done.Load()
			var got []controlStatus
			var last string
			for _, a := range s.say(t, tt.text) {
				got, last = append(got, a.Status), a.Error
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("answers\n got %q\nwant %q", got, tt.want)
			}
			if !strings.Contains(last, tt.says) {
				t.Errorf("last answer\n got %s\nwant %s in it", last, tt.says)
			}
			want := int64(0)
			for _, st := range tt.want {
				if st == controlDone {
					want++
				}
			}
			if got := s.done.Load() - before; got != want {
				t.Errorf("carried out\n got %d\nwant %d", got, want)
			}
		})
	}
}

// Who is slow is hung up on, and holds up neither others nor the end.
func TestControlOutlivesSlowPeers(t *testing.T) {
	s := newSocket(t, t.TempDir(), 100*time.Millisecond)
	for range 3 * controlPeers { // more than are served at once
		io.WriteString(s.dial(t), `{"version":`)
	}
	if got := s.say(t, goodRequest); len(got) != 1 || got[0].Status != controlDone {
		t.Errorf("behind slow peers\n got %v\nwant done", got)
	}

	patient := newSocket(t, t.TempDir(), time.Hour)
	idle := patient.dial(t)
	io.WriteString(idle, goodRequest)
	if _, _, err := (&remote{conn: idle, lines: bufio.NewReaderSize(idle, controlLine)}).answer(); err != nil {
		t.Fatal(err)
	}
	patient.stop()
	select {
	case err := <-patient.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("an idle peer holds up the end")
	}
	if _, err := idle.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the idle peer\n got %v\nwant EOF", err)
	}
	if left, err := os.ReadDir(patient.data); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The socket is its owner's alone, takes the place of what a killed process left
// behind, and is found however long the folder's path is.
func TestControlSocket(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, name := range []string{"data", strings.Repeat("d", 200)} {
		data := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(data, controlNew, "s"), 0o755); err != nil { // killed while it made one
			t.Fatal(err)
		}
		err := withShortPath(data, func(short string) error {
			stale, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(short, controlName)})
			if err == nil {
				stale.SetUnlinkOnClose(false)
				err = stale.Close()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s := newSocket(t, data, patience)
		if got := s.say(t, goodRequest); len(got) != 1 || got[0].Status != controlDone {
			t.Errorf("path of %d bytes\n got %v\nwant done", len(data), got)
		}
		info, err := os.Lstat(filepath.Join(data, controlName))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := info.Mode(), fs.ModeSocket|0o600; got != want {
			t.Errorf("mode\n got %s\nwant %s", got, want)
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
			t.Errorf("left behind in the folder for temporary files: %v, %v", left, err)
		}
	}
}

// A bridge that cannot be asked is an error, not a reason to go behind its back.
func TestLockedWithoutSocket(t *testing.T) {
	sys := &config.System{Data: t.TempDir()}
	if err := os.WriteFile(sys.Store(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = openDecider(ctx, nil, sys, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "is locked by a process that does not answer") {
		t.Errorf("got %v; want that it is locked", err)
	}
}

// A bridge that hangs up, talks nonsense or speaks another version has not
// answered.
func TestNoAnswer(t *testing.T) {
	for said, want := range map[string]string{
		"":                                 "did not answer",
		`{"version":1,"status":`:           "did not answer",
		"yes\n":                            "did not answer",
		strings.Repeat("a", 2*controlLine): "did not answer",
		`{"version":2,"status":"done","error":"","size":9}` + "\nnull":               "did not answer",
		`{"version":1,"status":"malformed","error":"a request of version 2"}` + "\n": "speaks version 1",
	} {
		ours, theirs := net.Pipe()
		go func() {
			io.CopyN(io.Discard, theirs, int64(len(goodRequest)))
			io.WriteString(theirs, said)
			theirs.Close()
		}()
		r := &remote{conn: ours, lines: bufio.NewReaderSize(ours, controlLine)}
		err := r.call(t.Context(), callDecide, goodDecision, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q\n got %v\nwant %s", said, err, want)
		}
		r.close()
	}
}

// What is taken for the line of a call is one, fits into a line, and reads the same
// again; so do arguments that are taken for a decision.
func FuzzControlRequest(f *testing.F) {
	for _, call := range []string{goodRequest, request(bridge.Discard, deadLetter, "ünal <ops>", "\u2028 \\ \"no\"")} {
		line, args, _ := strings.Cut(call, "\n")
		f.Add([]byte(line), []byte(args))
	}
	f.Add([]byte(`{"version":2,"call":"\ud800","size":1}`), []byte(`{"operation":"retry","transmission":"\ud800","by":"a","reason":"b"}`))
	f.Fuzz(func(t *testing.T, line, args []byte) {
		if h, err := parseControlHead(line, maxControlSize); err == nil {
			text := marshal(h)
			if len(text) > max(len(line)*6, 100) || bytes.Contains(text, []byte("\n")) {
				t.Fatalf("no line: %q", text)
			}
			if again, err := parseControlHead(text, maxControlSize); err != nil || again != h {
				t.Fatalf("read again\n got %+v, %v\nwant %+v", again, err, h)
			}
		}
		var asked []decideRequest
		take := done(func(_ context.Context, q decideRequest) error { asked = append(asked, q); return nil })
		if _, err := take(t.Context(), args); err != nil {
			return
		}
		if _, err := take(t.Context(), marshal(asked[0])); err != nil || asked[1] != asked[0] {
			t.Fatalf("read again\n got %+v, %v\nwant %+v", asked, err, asked[0])
		}
	})
}
