package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
)

// sending is the configuration of init with an agreement to send orders.
func sendingConfig(t *testing.T) (file string) {
	t.Helper()
	file = configure(t)
	partner := filepath.Join(filepath.Dir(file), "partners", "example.yaml")
	text, err := os.ReadFile(partner)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "\n  our-orders:\n    send: X12 850 004010 production\n"...)
	if err := os.WriteFile(partner, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func orderJSON(po, uom string) string {
	return fmt.Sprintf(`{"kind":"order","schemaVersion":"1","action":"original","actionCode":"00","orderType":"SA","poNumber":%q,"orderDate":"2026-11-23",`+
		`"lines":[{"lineId":"1","quantity":{"value":"12","uom":%q},"unitPrice":"9.95","ids":[{"scheme":"UP","value":"012345678905"}]}]}`, po, uom)
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "documents.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// serving runs a bridge until the test ends.
func serving(t *testing.T, file string) *running {
	t.Helper()
	cfg, sys, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := assemble(t.Context(), cfg, sys, slog.New(slog.DiscardHandler), around{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	wait, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := await(wait, func() bool {
		conn, err := dialControl(wait, sys.Data)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}); err != nil {
		t.Fatal("no socket")
	}
	return r
}

func results(t *testing.T, out string) (rs []sendResult) {
	t.Helper()
	for line := range strings.Lines(out) {
		var r sendResult
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		rs = append(rs, r)
	}
	return rs
}

// TestSend hands documents to a running bridge: one is sound, one is refused with
// its reasons, one comes again under its key.
func TestSend(t *testing.T) {
	file := sendingConfig(t)
	r := serving(t, file)
	docs := writeFile(t, orderJSON("4711", "EA")+"\n"+orderJSON("4712", "QQ"))
	status, out, errs := play(t, "send", docs, "--partner", "example", "--key", "k", "-c", file)
	rs := results(t, out)
	if status != exitNo || len(rs) != 2 || rs[0].Status != sendAccepted || rs[1].Status != sendRefused {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	if len(rs[1].Errors) != 1 || rs[1].Errors[0].Pointer != "/lines/0/quantity/uom" || rs[1].Errors[0].Rule != "x12.element.code" {
		t.Errorf("reasons %+v", rs[1].Errors)
	}
	one := writeFile(t, orderJSON("4711", "EA"))
	status, out, errs = play(t, "send", one, "--partner", "example", "--key", "k", "-c", file)
	if rs2 := results(t, out); status != 0 || len(rs2) != 1 || rs2[0].Status != sendDuplicate || rs2[0].ID != rs[0].ID {
		t.Errorf("again: status %d\n%s%s", status, out, errs)
	}
	other := writeFile(t, orderJSON("9", "EA"))
	status, out, _ = play(t, "send", other, "--partner", "example", "--key", "k", "-c", file)
	if rs2 := results(t, out); status != exitNo || len(rs2) != 1 || rs2[0].Errors[0].Rule != "bridge.send.key" {
		t.Errorf("another document under the key: status %d\n%s", status, out)
	}
	wait, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var items []transports.Item
	if err := await(wait, func() bool {
		var err error
		items, err = r.bridge.Mailbox().List(wait, "sftp", "example")
		return err == nil && len(items) > 0
	}); err != nil || len(items) != 1 || items[0].Name != "850-4711-1.edi" {
		t.Fatalf("the mailbox holds %+v, %v", items, err)
	}
	status, out, _ = play(t, "trace", "po:4711", "-c", file)
	if status != 0 || !strings.Contains(out, "issued") || !strings.Contains(out, "850-4711-1.edi") {
		t.Errorf("trace\n%s", out)
	}
}

func TestSendDryRun(t *testing.T) {
	file := sendingConfig(t)
	docs := writeFile(t, orderJSON("4711", "EA"))
	status, out, errs := play(t, "send", docs, "--partner", "example", "--dry-run", "-c", file)
	if status != 0 || !strings.HasPrefix(out, "ISA*00*") || !strings.Contains(out, "BEG*00*SA*4711**20261123~") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	more := strings.Replace(orderJSON("4711", "EA"), `"lineId":"1"`, `"lineId":"1","ext":{"colour":"blue"}`, 1)
	status, _, errs = play(t, "send", writeFile(t, more), "--partner", "example", "--dry-run", "-c", file)
	if want := "not written: /lines/0/ext/colour has no place in the 850"; status != 0 || !strings.Contains(errs, want) {
		t.Errorf("a member without a place: status %d\n got %s\nwant %s", status, errs, want)
	}
	status, out, _ = play(t, "send", writeFile(t, orderJSON("4711", "QQ")), "--partner", "example", "--dry-run", "-c", file)
	if rs := results(t, out); status != exitNo || len(rs) != 1 || rs[0].Status != sendRefused {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestSendCannot(t *testing.T) {
	file := sendingConfig(t)
	docs := writeFile(t, orderJSON("4711", "EA"))
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no bridge":  {[]string{"send", docs, "--partner", "example", "-c", file}, "no bridge runs over"},
		"no partner": {[]string{"send", docs, "-c", file}, "--partner is needed"},
		"no file":    {[]string{"send", docs + "x", "--partner", "example", "--dry-run", "-c", file}, "no such file"},
		"no JSON":    {[]string{"send", writeFile(t, "ISA*00*"), "--partner", "example", "--dry-run", "-c", file}, "document 1: no JSON"},
		"nothing":    {[]string{"send", writeFile(t, ""), "--partner", "example", "--dry-run", "-c", file}, "document 1: no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := play(t, c.args...)
			if status != exitCannot || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("status %d\n%s%s\nwant %s", status, out, errs, c.want)
			}
		})
	}
}

// TestControlTakesDocuments holds the call against peers that ask badly.
func TestControlTakesDocuments(t *testing.T) {
	taken := 0
	c := callee{limit: 100, store: noStore{}, submit: func(_ context.Context, s bridge.Submission) (transports.Receipt, error) {
		if string(s.Document) == "disk" {
			return transports.Receipt{}, transports.ErrBusy
		}
		taken++
		return transports.Receipt{ID: "01K", Status: transports.Accepted}, nil
	}}
	with := func(change func(*sendRequest)) string {
		q := sendRequest{Partner: "acme", Document: []byte("{}")}
		change(&q)
		return string(marshal(q))
	}
	for name, c2 := range map[string]struct {
		args string
		want controlStatus
	}{
		"done":        {with(func(*sendRequest) {}), controlDone},
		"failed":      {with(func(q *sendRequest) { q.Document = []byte("disk") }), controlFailed},
		"too long":    {with(func(q *sendRequest) { q.Document = make([]byte, 101) }), controlRefused},
		"no document": {with(func(q *sendRequest) { q.Document = nil }), controlMalformed},
		"nobody":      {with(func(q *sendRequest) { q.Partner = "" }), controlMalformed},
		"a long key":  {with(func(q *sendRequest) { q.Key = strings.Repeat("k", maxSendKey+1) }), controlMalformed},
		"no request":  {`{"document":7}`, controlMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			before := taken
			got, text := answerOf(c.do(t.Context(), callSend, []byte(c2.args)))
			if got != c2.want {
				t.Errorf("%s\n got %s\nwant %s", text, got, c2.want)
			}
			if got, want := taken > before, c2.want == controlDone; got != want {
				t.Errorf("taken %v, want %v", got, want)
			}
		})
	}
}
