package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/bridge"
)

// play is the story: two partners send, are answered, and the application has
// its orders.
func (s *stage) play(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	good := story850("ACMERETAIL", "EDIBRIDGE", 905, storyOrder{po: "4711", lines: 3})
	mixed := story850("GLOBEX", "EDIBRIDGE", 17, storyOrder{po: "G-100", lines: 2}, storyOrder{po: "G-101", lines: 2, bad: true}, storyOrder{po: "G-102", lines: 1})

	fmt.Fprintln(s.out, "ACME drops purchase order 4711; Globex drops three, the second with a unit that does not exist.")
	s.checks.that("SFTP: ACME's upload is taken", s.acme.put("po-4711.edi", good))
	s.checks.that("SFTP: Globex's upload is taken", s.globex.put("orders.edi", mixed))

	acme, err := s.answers(ctx, s.acme)
	s.checks.that("SFTP: ACME fetches one 997 that accepts", errors.Join(err, says(acme, "AK1*PO*905", "AK9*A*1*1*1")))
	globex, err := s.answers(ctx, s.globex)
	s.checks.that("SFTP: Globex fetches one 997: one set of three rejected, at PO103 with code 7",
		errors.Join(err, says(globex, "AK1*PO*17", "AK2*850*0002", "AK4*3*355*7*QQ", "AK5*R*5", "AK9*P*3*3*2")))
	s.show("The 997 for Globex:", globex)

	err = await(ctx, func() bool { n, _, _ := s.app.counts(); return n >= 3 })
	s.checks.that("HTTP: the application has the order events", err)
	s.checks.that("HTTP: each is signed and comes once", s.eventsOnce("order/4711", "order/G-100", "order/G-102"))

	s.checks.that("SFTP: ACME drops the same file again", s.acme.put("po-4711.edi", good))
	again, err := s.answers(ctx, s.acme)
	s.checks.that("SFTP: and gets the same 997 again", errors.Join(err, same(acme, again)))
	s.checks.that("HTTP: and no order is doubled", s.eventsOnce("order/4711", "order/G-100", "order/G-102"))

	fmt.Fprintln(s.out, "Nordwind drops an EDIFACT order.")
	s.checks.that("SFTP: Nordwind's upload is taken", s.nordwind.put("orders.edi", []byte(storyORDERS)))
	contrl, err := s.answers(ctx, s.nordwind)
	s.checks.that("SFTP: Nordwind fetches one CONTRL that accepts", errors.Join(err, says(contrl, "UCI+77+4012345000009:14+4000000000006:14+7")))
	err = await(ctx, func() bool { n, _, _ := s.app.counts(); return n >= 4 })
	s.checks.that("HTTP: the application has its event, in the words of the others",
		errors.Join(err, s.eventsOnce("order/4711", "order/G-100", "order/G-102", "order/N-2001")))

	s.drawing(ctx)
	if err := s.sendings(ctx); err != nil {
		return err
	}

	tl, err := bridge.Trace(ctx, s.running.store, "4711", false)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "\nWhat happened to PO 4711 (edibridge trace 4711):")
	return printTimeline(s.out, tl)
}

// drawing plays a file that is no EDI: it is moved as it is, and traced.
func (s *stage) drawing(ctx context.Context) {
	fmt.Fprintln(s.out, "ACME drops a PDF, which Globex shall have.")
	pdf := []byte("%PDF-1.7\n\x00\xff drawing 7\n%%EOF\n")
	err := s.acme.put("Drawing 7.pdf", pdf)
	got, fetched := s.answers(ctx, s.globex)
	if !bytes.Equal(got["Drawing 7.pdf"], pdf) {
		err = errors.Join(err, fmt.Errorf("%d files for Globex, none with its bytes", len(got)))
	}
	tl, traced := bridge.Trace(ctx, s.running.store, "file:Drawing 7.pdf", false)
	var told []string
	for _, e := range tl.Timeline {
		told = append(told, e.What)
	}
	if strings.Join(told, " ") != "received translated forwarded taken" {
		err = errors.Join(err, fmt.Errorf("the trace tells %v", told))
	}
	s.checks.that("SFTP: a PDF of ACME's lies in Globex' mailbox as it is, and the trace tells its way", errors.Join(err, fetched, traced))
}

// answers fetches from a partner's mailbox until something is there.
func (s *stage) answers(ctx context.Context, p *simPartner) (map[string][]byte, error) {
	var got map[string][]byte
	var failed error
	err := await(ctx, func() bool {
		got, failed = p.fetch()
		return failed != nil || len(got) > 0
	})
	return got, errors.Join(err, failed)
}

// says holds the one file of a mailbox against what it must contain.
func says(files map[string][]byte, want ...string) error {
	if len(files) != 1 {
		return fmt.Errorf("%d files, want 1", len(files))
	}
	for name, b := range files {
		for _, w := range want {
			if !bytes.Contains(b, []byte(w)) {
				return fmt.Errorf("%s has no %s", name, w)
			}
		}
	}
	return nil
}

func same(a, b map[string][]byte) error {
	for _, x := range a {
		for _, y := range b {
			if bytes.Equal(x, y) {
				return nil
			}
		}
	}
	return errors.New("it is another answer")
}

// eventsOnce holds what the application has against the subjects it should have.
func (s *stage) eventsOnce(subjects ...string) error {
	events, _, forged := s.app.counts()
	if forged > 0 {
		return fmt.Errorf("%d requests with a wrong signature", forged)
	}
	if events != len(subjects) {
		return fmt.Errorf("%d events, want %d", events, len(subjects))
	}
	for _, sub := range subjects {
		es := s.app.bySubject(sub)
		if len(es) != 1 || es[0].Type != "edibridge.order.received.v1" {
			return fmt.Errorf("%d events about %s", len(es), sub)
		}
	}
	return nil
}

func (s *stage) show(title string, files map[string][]byte) {
	fmt.Fprintln(s.out, "\n"+title)
	for _, b := range files {
		for line := range strings.Lines(strings.ReplaceAll(string(b), "~", "~\n")) {
			if strings.TrimSpace(line) != "" {
				fmt.Fprint(s.out, "    ", line)
			}
		}
	}
	fmt.Fprintln(s.out)
}

// outside checks the story by this program's own command line, in processes of
// their own.
func (s *stage) outside(ctx context.Context) {
	fmt.Fprintln(s.out, "\nThe same from outside:")
	s.checks.that("CLI: trace 4711 tells of file, 997, event and receipt", s.cliTrace(ctx))
	sample := func(name string) string { return filepath.Join(s.dir, "samples", name) }
	tests := []struct {
		what string
		code int
		args []string
		want string
	}{
		{"CLI: check finds the configuration good", 0, []string{"check", "-c", s.file()}, ""},
		{"CLI: trace of an unknown order says so", 1, []string{"trace", "no-such-order", "-c", s.file()}, ""},
		{"CLI: inspect tells an interchange of one set", 0, []string{"inspect", "--json", sample("order-4800.edi")}, `"set":"850"`},
		{"CLI: validate accepts a good file", 0, []string{"validate", "--json", sample("order-4800.edi")}, `"verdict":"accepted"`},
		{"CLI: validate rejects one set of three", 1, []string{"validate", "--json", sample("one-bad-of-three.edi")}, `"verdict":"partially-accepted"`},
		{"CLI: validate cannot read a letter", 2, []string{"validate", sample("not-edi.txt")}, ""},
		{"CLI: ack writes the 997", 1, []string{"ack", sample("one-bad-of-three.edi")}, "AK9*P*3*3*2"},
		{"CLI: map gives the canonical order", 0, []string{"map", sample("order-4800.edi")}, `"poNumber":"4800"`},
	}
	for _, tt := range tests {
		s.checks.that(tt.what, cli(ctx, tt.code, tt.want, tt.args...))
	}
	s.checks.that("SFTP: a file that is no EDI is taken, and kept for a person", s.letter(ctx))
}

// letter drops what is no EDI: it is received, and waits in quarantine.
func (s *stage) letter(ctx context.Context) error {
	b, err := os.ReadFile(filepath.Join(s.dir, "samples", "not-edi.txt"))
	if err != nil {
		return err
	}
	if err := s.acme.put("letter.txt", b); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return await(ctx, func() bool {
		l, err := s.running.store.List(ctx, bridge.ListQuery{States: []bridge.State{bridge.Quarantined}})
		return err == nil && len(l) == 1 && l[0].Name == "letter.txt"
	})
}

// cli runs this program and holds its exit status and output against what is
// wanted.
func cli(ctx context.Context, code int, want string, args ...string) error {
	out, got, err := runSelf(ctx, args...)
	switch {
	case err != nil:
		return err
	case got != code:
		return fmt.Errorf("exit status %d, want %d: %s", got, code, strings.TrimSpace(out))
	case !strings.Contains(out, want):
		return fmt.Errorf("no %s in %s", want, strings.TrimSpace(out))
	}
	return nil
}

// runSelf runs this program in a process of its own and gives its standard
// output and exit status.
func runSelf(ctx context.Context, args ...string) (string, int, error) {
	self, err := os.Executable()
	if err != nil {
		return "", 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, self, args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return string(out), failed.ExitCode(), nil
	}
	return string(out), 0, err
}

func (s *stage) cliTrace(ctx context.Context) error {
	out, code, err := runSelf(ctx, "trace", "4711", "--json", "-c", s.file())
	if err != nil || code != 0 {
		return errors.Join(err, fmt.Errorf("exit status %d", code))
	}
	var tl bridge.Timeline
	if err := json.Unmarshal([]byte(out), &tl); err != nil {
		return err
	}
	var happened []string
	for _, e := range tl.Timeline {
		happened = append(happened, e.What)
	}
	for _, want := range []string{"received", "translated", "acknowledged", "taken", "event", "receipted"} {
		if !slices.Contains(happened, want) {
			return fmt.Errorf("nothing %s among %v", want, happened)
		}
	}
	return nil
}

func splitAddr(addr string) (host, port string) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr, ""
	}
	return host, port
}
