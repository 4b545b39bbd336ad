package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/transports"
)

// What the application answers to PO 4711 with: a shipment notice and an
// invoice, said as canonical documents.
const (
	storyNotice = `{"kind":"shipmentNotice","shipmentId":"SHP-8801","issuedAt":"2026-11-30T14:15","structureCode":"0001","levels":[` +
		`{"kind":"shipment","lading":[{"packaging":"CTN","count":"1"}],"routing":[{"scac":"UPSN","mode":"M"}],` +
		`"refs":[{"scheme":"BM","value":"00614141000880101"}],"dates":[{"scheme":"011","at":"2026-11-30"}],` +
		`"parties":[{"role":"shipTo","name":"Store 0042","ids":[{"scheme":"92","value":"0042"}]}],"levels":[` +
		`{"kind":"order","order":{"poNumber":"4711","orderDate":"2026-11-23"},"levels":[` +
		`{"kind":"pack","marks":[{"scheme":"GM","value":"00006141410008801024"}],"levels":[` +
		`{"kind":"item","lineId":"1","ids":[{"scheme":"UP","value":"012345678905"}],"shipped":{"quantity":{"value":"12","uom":"EA"}}}]}]}]}]}`
	storyInvoice = `{"kind":"invoice","invoiceNumber":"INV-90117","invoiceDate":"2026-11-30","poNumber":"4711","orderDate":"2026-11-23",` +
		`"lines":[{"lineId":"1","quantity":{"value":"12","uom":"EA"},"unitPrice":"9.95","ids":[{"scheme":"UP","value":"012345678905"}]}],` +
		`"totals":{"total":"119.40"}}`
	storyBadInvoice = `{"kind":"invoice","invoiceNumber":"INV-90118-WHICH-IS-FAR-TOO-LONG","invoiceDate":"2026-11-30",` +
		`"lines":[{"lineId":"1","quantity":{"value":"12","uom":"QQ"},"unitPrice":"9.95"}],"totals":{"total":"119.40"}}`
)

// sendings plays the way out: the application hands documents in, and ACME
// fetches the interchanges.
func (s *stage) sendings(ctx context.Context) error {
	fmt.Fprintln(s.out, "The application answers ACME's order: a shipment notice and an invoice.")
	hand := submit(s.running.bridge.Submit)
	for _, d := range []struct{ what, document string }{{"shipment notice", storyNotice}, {"invoice", storyInvoice}} {
		r, err := hand.hand(ctx, bridge.Submission{Peer: "control", By: "demo", Partner: "acme", Key: d.what, Document: []byte(d.document)})
		s.checks.that("send: the "+d.what+" is accepted", errors.Join(err, hasStatus(r, sendAccepted)))
	}
	r, err := hand.hand(ctx, bridge.Submission{Peer: "control", By: "demo", Partner: "acme", Document: []byte(storyBadInvoice)})
	if err == nil {
		err = hasStatus(r, sendRefused)
	}
	s.checks.that("send: an invoice that ACME's guide does not allow is refused, with all reasons", errors.Join(err, hasPointers(r, "/invoiceNumber", "/lines/0/quantity/uom")))
	if err := await(ctx, func() bool {
		items, err := s.running.bridge.Mailbox().List(ctx, "sftp", "acme")
		items = slices.DeleteFunc(items, func(it transports.Item) bool { return !it.Taken.IsZero() })
		return err == nil && len(items) == 2
	}); err != nil {
		return err
	}
	got, err := s.answers(ctx, s.acme)
	s.checks.that("SFTP: ACME fetches an 856 and an 810", errors.Join(err, holds(got, "BSN*00*SHP-8801*20261130*1415*0001~", "BIG*20261130*INV-90117*20261123*4711~")))
	s.show("The 856 and the 810 for ACME:", got)
	return s.acknowledgments(ctx, got)
}

// acknowledgments has ACME answer what it fetched.
func (s *stage) acknowledgments(ctx context.Context, got map[string][]byte) error {
	fmt.Fprintln(s.out, "ACME acknowledges both.")
	var failed error
	n := 0
	for _, text := range got {
		n++
		answer, err := story997(text, 905+n)
		failed = errors.Join(failed, err, s.acme.put(fmt.Sprintf("997-%d.edi", n), answer))
	}
	s.checks.that("SFTP: ACME's 997s are taken", failed)
	var es []bridge.Expectation
	err := await(ctx, func() bool {
		var err error
		es, err = s.running.store.Expectations(ctx, bridge.ExpectationQuery{Partner: "acme", States: []bridge.ExpectationState{bridge.ExpectAccepted}})
		return err != nil || len(es) == n
	})
	for i := range es {
		t, failed := s.running.store.Transmission(ctx, es[i].Transmission)
		if err = errors.Join(err, failed); t.State != bridge.Settled {
			err = errors.Join(err, fmt.Errorf("%s is %s", t.Name, t.State))
		}
	}
	s.checks.that("trace: the 856 and the 810 are settled", err)
	err = await(ctx, func() bool { return len(s.app.bySubject("invoice/INV-90117")) > 0 })
	if told := s.app.bySubject("invoice/INV-90117"); err == nil && (len(told) != 1 || told[0].Type != canonical.EventAcknowledgmentReceived) {
		err = fmt.Errorf("%d events about it", len(told))
	}
	s.checks.that("HTTP: the application is told that its invoice was acknowledged", err)
	return nil
}

// story997 is the 997 with which a partner accepts the one group of an
// interchange of ours; control is its own ISA13 and GS06.
func story997(interchange []byte, control int) ([]byte, error) {
	var functional, group, set string
	for line := range strings.SplitSeq(string(interchange), "~") {
		switch e := strings.Split(strings.TrimSpace(line), "*"); {
		case e[0] == "GS" && len(e) > 6:
			functional, group = e[1], e[6]
		case e[0] == "ST" && len(e) > 2:
			set = e[1] + "*" + e[2]
		}
	}
	if group == "" || set == "" {
		return nil, errors.New("no group with a set to acknowledge")
	}
	return fmt.Appendf(nil, "ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*261130*1430*U*00401*%09d*0*P*>~GS*FA*ACMERETAIL*EDIBRIDGE*20261130*1430*%d*X*004010~"+
		"ST*997*0001~AK1*%s*%s~AK2*%s~AK5*A~AK9*A*1*1*1~SE*6*0001~GE*1*%d~IEA*1*%09d~",
		"ACMERETAIL", "EDIBRIDGE", control, control, functional, group, set, control, control), nil
}

func hasStatus(r sendResult, want sendStatus) error {
	if r.Status != want {
		return fmt.Errorf("%s, want %s: %+v", r.Status, want, r.Errors)
	}
	return nil
}

// hasPointers reports whether a refusal names each of the members.
func hasPointers(r sendResult, pointers ...string) error {
	said := map[string]bool{}
	for _, p := range r.Errors {
		said[p.Pointer] = true
	}
	for _, p := range pointers {
		if !said[p] {
			return fmt.Errorf("nothing is said of %s: %+v", p, r.Errors)
		}
	}
	return nil
}

// holds reports whether each text stands in one of the files.
func holds(files map[string][]byte, texts ...string) error {
	for _, text := range texts {
		found := false
		for name, b := range files {
			found = found || says(map[string][]byte{name: b}, text) == nil
		}
		if !found {
			return fmt.Errorf("no file has %s", text)
		}
	}
	return nil
}
