package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
)

// killEnv makes a process of this program the bridge that will be killed: JSON of
// childOptions.
const killEnv = "EDIBRIDGE_KILL"

// childOptions are what a bridge that will be killed is started with.
type childOptions struct {
	Config string        // edibridge.yaml
	Point  string        // "Commit/after 3": it dies there at the third time; "": it lives
	Data   string        // folder in the place of the configuration's; "": that one
	Addr   string        // of SFTP, in the place of the configuration's; "": that one
	Lease  time.Duration // of its claims; 0: as always
	Keep   time.Duration // what has ended is pruned behind that time, class "kept" apart; 0: as the configuration says
	Clock  []jump        // how its clock goes wrong
}

// jump sets a clock so far ahead (or, below zero, back) that long after the start.
type jump struct{ After, Ahead time.Duration }

// clock is the clock of the child, or nil for the usual one.
func (o *childOptions) clock() func() time.Time {
	if len(o.Clock) == 0 {
		return nil
	}
	start := time.Now()
	return func() time.Time {
		now := time.Now()
		var ahead time.Duration
		for _, j := range o.Clock {
			if now.Sub(start) >= j.After {
				ahead = j.Ahead
			}
		}
		return now.Add(ahead)
	}
}

// killChild is the bridge that will be killed.
func killChild(options string) error {
	var o childOptions
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return err
	}
	cfg, sys, err := config.Load(o.Config)
	if err != nil {
		return err
	}
	if o.Data != "" {
		sys.Data, sys.SFTP[0].Addr = o.Data, o.Addr
	}
	if o.Keep > 0 {
		cfg.Retention[""] = bridge.Retention{History: o.Keep, Outbox: o.Keep}
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	r, err := assemble(ctx, cfg, sys, log, o.around())
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return errors.Join(r.run(ctx), r.close())
}

// around puts the wrappers that kill at the point asked for.
func (o *childOptions) around() around {
	w := around{clock: o.clock(), lease: o.Lease}
	if o.Keep > 0 {
		w.housekeep = o.Keep / 10
	}
	name, nth, ok := strings.Cut(o.Point, " ")
	if !ok {
		return w
	}
	n, err := strconv.Atoi(nth)
	if err != nil {
		panic(err)
	}
	kill := func() error {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // not one instruction more
	}
	point, when, _ := strings.Cut(name, "/")
	faults := bridgetest.NewFaults(bridgetest.Fault{Point: bridgetest.Point(point), Nth: n, When: bridgetest.When(when), Do: kill})
	sends := new(atomic.Int64)
	w.store = faults.Store
	w.bodies = faults.Bodies
	w.sender = func(s transports.Sender) transports.Sender {
		return &killSender{Sender: s, sends: sends, nth: int64(n), kill: kill, before: name == "Send/before", after: name == "Send/after"}
	}
	return w
}

// killSender kills before or after a delivery left.
type killSender struct {
	transports.Sender
	sends         *atomic.Int64
	nth           int64
	kill          func() error
	before, after bool
}

func (k *killSender) Send(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	mine := k.sends.Add(1) == k.nth
	if mine && k.before {
		k.kill()
	}
	r, err := k.Sender.Send(ctx, d)
	if mine && k.after {
		k.kill()
	}
	return r, err
}

// killPoint is a place at which the process is killed, at one of the first times
// that it is reached.
type killPoint struct {
	name  string
	times int
}

// killPoints are those of every flow: before and after every call of the store, of
// the archive and of a sender that it makes.
func killPoints() []killPoint {
	points := []killPoint{{"Send/before", 4}, {"Send/after", 4}}
	for _, p := range []bridgetest.Point{"Accept", "Claim", "Advance", "Commit", "Attempt", "Take", "Reserve", "Seen", "Documents", "Put", "PutAll", "Get"} {
		points = append(points, bothSides(p, 4)...)
	}
	points = append(points, bothSides("CloseBatch", 2)...)
	points = append(points, bothSides("Members", 4)...)
	points = append(points, bothSides("Expire", 4)...)
	return append(points, bothSides("KeepWatch", 1)...)
}

// prunePoints are those of a world that is pruned.
func prunePoints() []killPoint { return bothSides("Prune", 2) }

func bothSides(p bridgetest.Point, times int) []killPoint {
	return []killPoint{{string(p) + "/" + string(bridgetest.Before), times}, {string(p) + "/" + string(bridgetest.After), times}}
}

// process is one life of the bridge.
type process struct {
	cmd  *exec.Cmd
	dead chan error
}

// startChild runs a bridge until it is ready or has ended, which it says.
func startChild(t *testing.T, o childOptions, log io.Writer) (p *process, ready bool) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), killEnv+"="+string(marshal(o)))
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	p = &process{cmd: cmd, dead: make(chan error, 1)}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		io.Copy(io.Discard, out)
		p.dead <- cmd.Wait()
	}()
	return p, err == nil && strings.TrimSpace(line) == "ready"
}

// kill waits until the process died by itself at its point, or kills it, and
// tells which.
func (p *process) kill(t *testing.T, after time.Duration) (atPoint bool) {
	t.Helper()
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case err := <-p.dead:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the bridge ended by itself: %v", err)
		}
		return true
	case <-timer.C:
		p.cmd.Process.Kill()
		<-p.dead
		return false
	}
}

// stop ends the process as an operator would.
func (p *process) stop(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	if err := <-p.dead; err != nil {
		t.Errorf("a graceful stop ends with %v", err)
	}
}
