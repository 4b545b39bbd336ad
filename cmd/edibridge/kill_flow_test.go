package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The flows of a world that go on besides: an application hands in invoices, which
// leave alone and together; a partner takes what is for him in the order of its
// numbers alone, and is silent now and then.

const (
	// speaksEvery is by when something has to come from globex.
	speaksEvery = 1500 * time.Millisecond
	// togetherCount is how many invoices for globex close a batch.
	togetherCount = 3
	// handPause is how long the application rests between two documents.
	handPause = 50 * time.Millisecond
	// wireBusy is how often the wire says "not now": one time in so many.
	wireBusy = 9
)

// complain keeps what went wrong until the next check tells.
func (w *world) complain(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// untilTaken tries until it succeeds, or ctx ends: false.
func untilTaken(ctx context.Context, try func() error) bool {
	for try() != nil {
		if ctx.Err() != nil {
			return false
		}
		time.Sleep(10 * time.Millisecond) // who sends rests as well
	}
	return true
}

// taken notes that the bridge said so of something that was tried since began.
// What has been taken is known again while it is kept: who hears of it later than
// that, and has tried on, may have brought it twice.
func (w *world) taken(what string, began time.Time, note func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late[what] = w.keep > 0 && time.Since(began) > w.keep
	note()
}

// killInvoice is an invoice with its number.
const killInvoice = `{"kind":"invoice","invoiceNumber":"%[1]s","invoiceDate":"2026-11-30","poNumber":"%[1]s",` +
	`"lines":[{"lineId":"1","quantity":{"value":"12","uom":"EA"},"unitPrice":"9.95","ids":[{"scheme":"UP","value":"012345678905"}]}],` +
	`"totals":{"total":"119.40"}}`

// invoiced are the agreements that invoices leave by.
var invoiced = [...]string{"acme/invoices", "globex/alone", "globex/together"}

// handIn is the application's program: it hands in invoice after invoice, each
// until it is taken.
func (w *world) handIn(ctx context.Context) {
	for n := 1; ctx.Err() == nil; n++ {
		number, by := fmt.Sprintf("I%05d", n), invoiced[n%len(invoiced)]
		partner, agreement, _ := strings.Cut(by, "/")
		q := sendRequest{By: "application", Partner: partner, Agreement: agreement, Key: number, Document: fmt.Appendf(nil, killInvoice, number)}
		began := time.Now()
		if !untilTaken(ctx, func() error { return w.hand(ctx, q) }) {
			return
		}
		w.taken(number, began, func() { w.handed[number] = by })
		rest(ctx, handPause)
	}
}

// hand hands a document to one bridge after the other until one has it.
func (w *world) hand(ctx context.Context, q sendRequest) error {
	var errs []error
	for _, s := range w.sites {
		data := s.options.Data
		if data == "" {
			data = filepath.Join(w.dir, "data")
		}
		to, err := openRemote(ctx, data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		var r sendResult
		err = to.call(ctx, callSend, q, &r)
		to.close()
		if err == nil && r.Status == sendRefused {
			w.complain("%s is refused: %+v", q.Key, r.Errors)
		}
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// sendSeldom is the program of a partner who says nothing for a while now and then.
func (w *world) sendSeldom(ctx context.Context, pauses *rand.Rand) {
	for n := 1; ctx.Err() == nil; n++ {
		po := seldomOrder(n)
		body := story850("GLOBEX", "EDIBRIDGE", n, storyOrder{po: po, lines: 1})
		began := time.Now()
		if !untilTaken(ctx, func() error { return w.put(w.globex, po+".edi", body) }) {
			return
		}
		w.taken(po, began, func() { w.spoke = append(w.spoke, stretch{began, time.Now()}) })
		rest(ctx, time.Duration(pauses.Int64N(int64(3*speaksEvery))))
	}
}

// seldomOrder is the PO of the nth file of globex.
func seldomOrder(n int) string { return fmt.Sprintf("G%05d", n) }

// numberedWire is a receiver who takes interchanges in the order of their control
// numbers, from 1, and says "not now" now and then.
type numberedWire struct {
	complain func(format string, args ...any)
	url      string
	server   *http.Server

	mu    sync.Mutex // guards what follows
	calls int
	taken []string // by number
}

func newNumberedWire(complain func(string, ...any)) (*numberedWire, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &numberedWire{complain: complain, url: "http://" + l.Addr().String() + "/edi"}
	n.server = &http.Server{Handler: http.HandlerFunc(n.receive), ReadHeaderTimeout: 5 * time.Second}
	go n.server.Serve(l) // ends with close
	return n, nil
}

func (n *numberedWire) close() error { return n.server.Close() }

// all are the interchanges that it took, by number.
func (n *numberedWire) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.taken)
}

// receive takes what comes next. What came before comes again when its sender was
// killed before he knew.
func (n *numberedWire) receive(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil { // the sender was killed
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	next := len(n.taken) + 1
	switch number := readInterchange(string(body)).number; {
	case number < 1, number > next:
		n.complain("number %d left, and %d had not", number, next)
	case number < next && n.taken[number-1] != string(body):
		n.complain("number %d left twice, with other bytes", number)
	case number == next && n.calls%wireBusy == 0:
		http.Error(rw, "not now", http.StatusServiceUnavailable)
		return
	case number == next:
		n.taken = append(n.taken, string(body))
	}
	rw.WriteHeader(http.StatusNoContent)
}

// interchange is what a partner reads in one.
type interchange struct {
	number   int      // ISA13
	invoices []string // by number
	answers  []string // groups that it answers
	bad      []string // words of what is not accepted
}

func readInterchange(text string) interchange {
	var ic interchange
	for line := range strings.SplitSeq(text, "~") {
		switch e := append(strings.Split(strings.TrimSpace(line), "*"), make([]string, 3)...); e[0] {
		case "ISA":
			ic.number, _ = strconv.Atoi(e[min(13, len(e)-1)]) // none: 0, which no interchange has
		case "BIG":
			ic.invoices = append(ic.invoices, e[2])
		case "AK1":
			ic.answers = append(ic.answers, e[2])
		case "AK9":
			if e[1] != "A" {
				ic.bad = append(ic.bad, line)
			}
		}
	}
	return ic
}
