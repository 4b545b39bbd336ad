package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/sftp"
)

// The kill test: a real process serves a real configuration; partners send over
// SFTP and repeat what was not taken, as partners do; the process is killed with
// SIGKILL at named points and at random moments, and started again. After each
// kill the house is checked; at the end nothing is lost and nothing is doubled.

// Environment of the process that is killed.
const (
	killConfig = "EDIBRIDGE_KILL_CONFIG" // edibridge.yaml; set: this process is the bridge
	killPoint  = "EDIBRIDGE_KILL_POINT"  // "Commit/after 3": kill there at the third time
)

// killChild is the bridge that will be killed.
func killChild(file string) error {
	cfg, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	r, err := assemble(ctx, cfg, sys, log, killAround())
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return errors.Join(r.run(ctx), r.close())
}

// killAround puts the wrappers that kill at the point asked for.
func killAround() around {
	name, nth, ok := strings.Cut(os.Getenv(killPoint), " ")
	if !ok {
		return around{}
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
	return around{
		store:  faults.Store,
		bodies: faults.Bodies,
		sender: func(s transports.Sender) transports.Sender {
			return &killSender{Sender: s, sends: sends, nth: int64(n), kill: kill, before: name == "Send/before", after: name == "Send/after"}
		},
	}
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

// killPoints are the places at which the process is killed: before and after
// every call of the store, of the archive and of a sender that the flow makes.
func killPoints() []string {
	points := []string{"Send/before", "Send/after"}
	for _, p := range []bridgetest.Point{"Accept", "Claim", "Advance", "Commit", "Attempt", "Take", "Reserve", "Seen", "Documents", "Put", "PutAll", "Get"} {
		points = append(points, string(p)+"/"+string(bridgetest.Before), string(p)+"/"+string(bridgetest.After))
	}
	return points
}

// world is one data folder with its partners and the application, for some
// kills; then a new one, since each check reads everything.
type world struct {
	t      *testing.T
	file   string
	sys    *config.System
	cfg    *bridge.Configuration
	app    *simApp
	acme   *simPartner
	bulk   *simPartner
	sets   int // of the big file
	mu     sync.Mutex
	next   int               // control number of the next file
	acked  map[string]int    // control number of each PO that a close promised
	got    map[string]string // 997s that acme fetched, by name
	random *rand.Rand
	hit    map[string]int // kills at each named point
}

const killMain = `data: data
self: [X12 ZZ/EDIBRIDGE]
listeners:
  sftp: { addr: "%s", hostKeys: keys/host }
endpoints:
  app:
    webhook: { url: "%s", secrets: [file:keys/app.secret], allowPrivate: true }
    retry: { base: 20ms, max: 200ms, attempts: 1000 }
`

const killPartner = `partner: %[1]s
identifiers: [X12 ZZ/%[2]s]
access:
  sftp: { user: %[1]s, keys: [file:../keys/%[1]s.pub] }
acknowledge: { with: "997" }
agreements:
  orders: { receive: X12 850 004010 production%[3]s }
`

func newWorld(t *testing.T, random *rand.Rand, sets int, hit map[string]int) *world {
	t.Helper()
	w := &world{t: t, sets: sets, next: 1, acked: map[string]int{}, got: map[string]string{}, random: random, hit: hit}
	dir := t.TempDir()
	secret, err := newSecret()
	must(t, err)
	w.app, err = newApp(secret)
	must(t, err)
	t.Cleanup(func() { w.app.close() })
	st := &stage{dir: dir}
	for _, d := range []string{"partners", "keys"} {
		must(t, os.MkdirAll(filepath.Join(dir, d), 0o700))
	}
	w.acme, err = st.partner("acme")
	must(t, err)
	w.bulk, err = st.partner("bulk")
	must(t, err)
	addr := freeAddr(t)
	for name, text := range map[string]string{
		"edibridge.yaml": fmt.Sprintf(killMain, addr, w.app.url), "keys/app.secret": secret,
		"partners/acme.yaml": fmt.Sprintf(killPartner, "acme", "ACMERETAIL", ", events: [app]"),
		"partners/bulk.yaml": fmt.Sprintf(killPartner, "bulk", "BULK", ""),
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	w.file = filepath.Join(dir, "edibridge.yaml")
	w.cfg, w.sys, err = config.Load(w.file)
	must(t, err)
	keys, err := sftp.LoadOrCreateHostKeys(w.sys.SFTP[0].HostKeys)
	must(t, err)
	for _, p := range []*simPartner{w.acme, w.bulk} {
		p.addr = addr
		p.host = keys[0].PublicKey()
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// process is one life of the bridge.
type process struct {
	cmd  *exec.Cmd
	dead chan error
}

// start runs the bridge until it is ready; point "" lets it live.
func (w *world) start(point string) *process {
	w.t.Helper()
	self, err := os.Executable()
	must(w.t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), killConfig+"="+w.file, killPoint+"="+point)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(w.t, err)
	must(w.t, cmd.Start())
	p := &process{cmd: cmd, dead: make(chan error, 1)}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		io.Copy(io.Discard, out)
		p.dead <- cmd.Wait()
	}()
	if point == "" && (err != nil || strings.TrimSpace(line) != "ready") {
		w.t.Fatalf("the bridge does not start: %q, %v", line, err)
	}
	return p
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

// send is one partner's program: it sends file after file, each until it is taken.
func (w *world) send(ctx context.Context) {
	for ctx.Err() == nil {
		w.mu.Lock()
		control := w.next
		w.next++
		w.mu.Unlock()
		po := fmt.Sprintf("K%05d", control)
		body := story850("ACMERETAIL", "EDIBRIDGE", control, storyOrder{po: po, lines: 2})
		for w.acme.put(po+".edi", body) != nil {
			if ctx.Err() != nil {
				return
			}
			time.Sleep(10 * time.Millisecond) // a partner's program rests as well
		}
		w.mu.Lock()
		w.acked[po] = control
		w.mu.Unlock()
		if control%7 == 0 {
			w.collect()
		}
	}
}

// collect takes what waits in acme's mailbox; a bridge that dies meanwhile loses
// nothing, for what was not taken waits on.
func (w *world) collect() error {
	files, err := w.acme.fetch()
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, body := range files {
		w.got[name] = string(body)
	}
	return err
}

// sendBig drops a big file, until it is taken, and then smaller ones.
func (w *world) sendBig(ctx context.Context) {
	for n, sets := 1, w.sets; ctx.Err() == nil; n, sets = n+1, smallerFile {
		orders := make([]storyOrder, sets)
		for i := range orders {
			orders[i] = storyOrder{po: fmt.Sprintf("B%d-%06d", n, i), lines: 1}
		}
		body := story850("BULK", "EDIBRIDGE", n, orders...)
		for w.bulk.put("big.edi", body) != nil && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// The sets of the big file of a world, but for one of 100,000 in the long run,
// and of those that come behind it: some slices each.
const (
	usualFile   = 3000
	smallerFile = 1200
)

// check holds everything that is stored against itself.
func (w *world) check(drained bool) {
	w.t.Helper()
	ctx := w.t.Context()
	if _, err := os.Stat(w.sys.Store()); errors.Is(err, os.ErrNotExist) {
		return // killed before it had made its store
	}
	store, err := sqlstore.OpenSQLite(ctx, w.sys.Store(), sqlstore.Options{ReadOnly: true})
	must(w.t, err)
	defer store.Close()
	dir, err := archive.OpenDir(w.sys.Archive(), archive.DirOptions{ReadOnly: true})
	must(w.t, err)
	defer dir.Close()
	house := bridgetest.House{Store: store, Bodies: archive.New(dir, archive.Options{}), Config: w.cfg, Drained: drained}
	if drained && w.cfg != nil {
		house.Retell = (&bridge.ViewCheck{Store: store, Bodies: house.Bodies.(bridge.Bodies), Config: w.cfg}).Facts
	}
	for _, p := range bridgetest.CheckHouse(ctx, house) {
		w.t.Errorf("the house is not in order: %s %s: %s", p.Rule, p.Subject, p.Text)
	}
	if w.t.Failed() {
		w.t.FailNow()
	}
}

// settle lets a bridge live until nothing is unfinished, then stops it as an
// operator would.
func (w *world) settle() {
	w.t.Helper()
	p := w.start("")
	store, err := sqlstore.OpenSQLite(w.t.Context(), w.sys.Store(), sqlstore.Options{ReadOnly: true})
	must(w.t, err)
	defer store.Close()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	err = await(ctx, func() bool {
		n, err := store.Counts(ctx)
		must(w.t, err)
		return n[bridge.Accepted]+n[bridge.Held]+n[bridge.Pending]+n[bridge.Attempted] == 0
	})
	if err != nil {
		w.t.Fatal("the work does not end: ", err)
	}
	w.mailbox()
	must(w.t, p.cmd.Process.Signal(syscall.SIGTERM))
	if err := <-p.dead; err != nil {
		w.t.Errorf("a graceful stop ends with %v", err)
	}
}

// mailbox fetches the 997s as the partners do: one for each file that was taken.
func (w *world) mailbox() {
	w.t.Helper()
	must(w.t, w.collect())
	answered := map[string]bool{}
	for name, body := range w.got {
		for line := range strings.SplitSeq(body, "~") {
			if e := strings.Split(strings.TrimSpace(line), "*"); e[0] == "AK1" {
				answered[e[2]] = true
			}
			if e := strings.Split(strings.TrimSpace(line), "*"); e[0] == "AK9" && e[1] != "A" {
				w.t.Errorf("%s says %s", name, line)
			}
		}
	}
	for po, control := range w.acked {
		if !answered[strconv.Itoa(control)] {
			w.t.Errorf("the file of %s was taken and never answered", po)
		}
	}
	big, err := w.bulk.fetch()
	must(w.t, err)
	all := fmt.Sprintf("AK9*A*%d*%d*%d", w.sets, w.sets, w.sets)
	smaller := fmt.Sprintf("AK9*A*%d*%d*%d", smallerFile, smallerFile, smallerFile)
	answers := 0
	for name, body := range big {
		if strings.Contains(string(body), all) {
			answers++
		} else if !strings.Contains(string(body), smaller) {
			w.t.Errorf("%s does not accept all sets of its file", name)
		}
	}
	if answers == 0 {
		w.t.Error("the big file was never answered")
	}
}

// effects holds what the application got against what was promised.
func (w *world) effects() {
	w.t.Helper()
	for po := range w.acked {
		if n := len(w.app.bySubject("order/" + po)); n != 1 {
			w.t.Errorf("order %s has %d distinct events, want 1", po, n)
		}
	}
	events, calls, forged := w.app.counts()
	if forged > 0 {
		w.t.Errorf("%d requests with a wrong signature", forged)
	}
	// A file whose close was cut off may be in custody all the same: at most the
	// one that each sender was at.
	if extra := events - len(w.acked); extra < 0 || extra > killSenders {
		w.t.Errorf("%d events for %d orders", events, len(w.acked))
	}
	w.t.Logf("%d orders taken, %d events in %d calls", len(w.acked), events, calls)
}

const killSenders = 3

// round is one world: some kills, then everything must be there once.
func (w *world) round(points []string) {
	ctx, cancel := context.WithCancel(w.t.Context())
	var wg sync.WaitGroup
	for range killSenders {
		wg.Go(func() { w.send(ctx) })
	}
	wg.Go(func() { w.sendBig(ctx) })
	for _, point := range points {
		p := w.start(point)
		life := time.Duration(100+w.random.IntN(900)) * time.Millisecond
		if point != "" { // a point is waited for, as far as the flow comes by it
			life = 3 * time.Second
		}
		if p.kill(w.t, life) {
			w.hit[strings.Fields(point)[0]]++
		}
		w.check(false)
	}
	p := w.start("") // the senders end with a bridge that answers
	time.AfterFunc(300*time.Millisecond, cancel)
	wg.Wait()
	p.cmd.Process.Kill()
	<-p.dead
	w.settle()
	w.check(true)
	w.effects()
}

// TestKill kills the process at every named point and as often at random:
// 50 times, 300 times in the long run.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills take their time")
	}
	kills, sets := 50, usualFile
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		kills, sets = 320, 100_000
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	points := make([]string, kills)
	named := killPoints()
	for i := range points {
		if i%2 == 0 {
			points[i] = fmt.Sprintf("%s %d", named[(i/2)%len(named)], 1+random.IntN(4))
		}
	}
	random.Shuffle(len(points), func(i, k int) { points[i], points[k] = points[k], points[i] })
	const perWorld = 25
	hit := map[string]int{}
	for from := 0; from < len(points); from += perWorld {
		newWorld(t, random, sets, hit).round(points[from:min(from+perWorld, len(points))])
		sets = usualFile
	}
	t.Logf("%d kills, at named points: %v", kills, hit)
	if len(hit) < len(named)/2 {
		t.Errorf("only %d of %d named points were reached", len(hit), len(named))
	}
}
