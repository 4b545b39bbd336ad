package canonical

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDecimal(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "1.50": true, "-0.50": true, "007": true, "12345678901234567890.123456789": true,
		"": false, "-": false, ".": false, ".5": false, "5.": false, "+5": false, "1e5": false, "1,5": false, " 1": false, "1.5.0": false, "--1": false,
	} {
		if got := Decimal(text).Valid(); got != want {
			t.Errorf("Decimal(%q).Valid()\n got %t\nwant %t", text, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-11-23": true, "2026-11-23T09:30": true, "2026-11-23T09:30:15": true, "2026-11-23T09:30:15.25": true,
		"2026-11-23T09:30:00Z": true, "2026-11-23T09:30-05:00": true, "T09:30": true, "2024-02-29": true,
		"2026": true, "2026-11": true, "2026-W53": true, "2026-W01": true,
		"": false, "2026-02-29": false, "2026-13-01": false, "20261123": false, "2026-11-23T": false, "2026-11-23 09:30": false,
		"2026-11-23T24:00": false, "2026-11-23T09:60": false, "T": false, "09:30": false, "2026-13": false, "2025-W53": false, "2026-W00": false, "202": false, "2026-": false,
	} {
		if got := Date(text).Valid(); got != want {
			t.Errorf("Date(%q).Valid()\n got %t\nwant %t", text, got, want)
		}
	}
}

// TestCheckDigit has a GTIN of each length, an SSCC, and what is none.
func TestCheckDigit(t *testing.T) {
	for key, want := range map[string]bool{
		"6291041500213": true, "012345678905": true, "00012345678905": true, "376104250021234569": true, "96385074": true,
		"6291041500214": false, "": false, "01234567890X": false,
	} {
		if got := CheckDigit(key); got != want {
			t.Errorf("CheckDigit(%q)\n got %t\nwant %t", key, got, want)
		}
	}
}

func TestDerive(t *testing.T) {
	yes := true
	o := Order{
		Contacts:      []Contact{{Phones: []string{"1"}, Emails: []string{"a@b"}}, {Numbers: []ID{{"FX", "9"}, {"TE", "2"}}}},
		TaxReferences: []TaxReference{{ExemptCode: "1"}},
		Dates: []DateEntry{{Period: Period{Format: "RD8", Value: "20261101-20261130"}}, {Period: Period{From: "2026-01-01", To: "2026-01-31"}},
			{Period: Period{Format: "RD8", Value: "20261101-20261131"}}},
		Routing: []Carrier{{SCAC: "ABCD"}, {IDScheme: "2", ID: "EFGH"}, {IDScheme: "92", ID: "7"}},
		Notes:   []Note{{Text: "a\nb"}, {Lines: []string{"c", "d"}}},
		Parties: []Party{{IDs: []ID{{"FI", "12"}}, Refs: []Ref{{Scheme: "TJ", Value: "34"}}}},
		Lines: []Line{{IDs: []ProductID{{Scheme: "UP", Value: "012345678905"}, {Scheme: "UP", Value: "012345678906"}, {Scheme: "VN", Value: "012345678905"}}},
			{LineID: "1"}},
	}
	want := Order{
		Header: Header{Kind: KindOrder, SchemaVersion: SchemaVersion},
		Contacts: []Contact{{Numbers: []ID{{"TE", "1"}, {"EM", "a@b"}}, Phones: []string{"1"}, Emails: []string{"a@b"}},
			{Numbers: []ID{{"FX", "9"}, {"TE", "2"}}, Phones: []string{"2"}}},
		TaxReferences: []TaxReference{{ExemptCode: "1"}}, TaxExempt: &yes,
		Dates: []DateEntry{{Period: Period{Format: "RD8", Value: "20261101-20261130", From: "2026-11-01", To: "2026-11-30"}},
			{Period: Period{Format: "RD8", Value: "20260101-20260131", From: "2026-01-01", To: "2026-01-31"}},
			{Period: Period{Format: "RD8", Value: "20261101-20261131"}}},
		Routing: []Carrier{{IDScheme: "2", ID: "ABCD", SCAC: "ABCD"}, {IDScheme: "2", ID: "EFGH", SCAC: "EFGH"}, {IDScheme: "92", ID: "7"}},
		Notes:   []Note{{Text: "a\nb", Lines: []string{"a", "b"}}, {Lines: []string{"c", "d"}, Text: "c\nd"}},
		Parties: []Party{{IDs: []ID{{"FI", "12"}}, Refs: []Ref{{Scheme: "TJ", Value: "34"}}, TaxIDs: []string{"12", "34"}}},
		Lines: []Line{{Index: 1, IDs: []ProductID{{Scheme: "UP", Value: "012345678905", GTIN14: "00012345678905"}, {Scheme: "UP", Value: "012345678906"},
			{Scheme: "VN", Value: "012345678905"}}}, {Index: 2, LineID: "1"}},
	}
	for _, round := range []string{"once", "twice"} {
		o.Derive()
		if diff := cmp.Diff(want, o); diff != "" {
			t.Errorf("derived %s (-want +got)\n%s", round, diff)
		}
	}
}

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		`{"kind":"order","poNumber":"4711"}`:                                   "",
		`{"kind":"order","lineage":{},"residue":[],"coverage":{},"format":[]}`: "",
		`{"poNumber":"4711"}`:                                                  `canonical: no "kind"`,
		`{"kind":"odour"}`:                                                     `canonical: unknown kind "odour" (there is: order orderResponse `,
		`{"kind":"order","poNummer":"4711"}`:                                   `canonical: order: unknown field "poNummer"`,
		`{"kind":"order","lines":[{"unitPrice":"1,50"}]}`:                      `canonical: order: "1,50": no decimal number`,
		`{"kind":"order","lines":[{"unitPrice":1.50}]}`:                        `cannot unmarshal number`,
		`{"kind":"order","orderDate":"23.11.2026"}`:                            `canonical: order: "23.11.2026": no date or time`,
		`{"kind":`: `canonical: unexpected end of JSON input`,
	} {
		doc, err := Decode([]byte(text))
		var de *DecodeError
		switch {
		case want == "" && err != nil:
			t.Errorf("Decode(%s)\n got %v\nwant no error", text, err)
		case want == "" && doc.Head().Kind != KindOrder:
			t.Errorf("Decode(%s)\n got kind %q", text, doc.Head().Kind)
		case want != "" && (!errors.As(err, &de) || !strings.Contains(err.Error(), want)):
			t.Errorf("Decode(%s)\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestEncode(t *testing.T) {
	o := &Order{PONumber: "<4711>", Totals: &Totals{}}
	o.Derive()
	res := &Residue{Entries: []ResidueEntry{{Segment: 3, Tag: "ZZ9", Element: 1, Value: "x"}}, Coverage: Coverage{2, 1},
		Syntax: Syntax{Delimiters: Delimiters{Segment: "~"}, Encoding: "UTF-8"}, Format: []Format{{Segment: 1, Raw: "ST*~"}}}
	line, err := Encode(o, map[string]int{"/poNumber": 1}, res)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"order","schemaVersion":"1","poNumber":"<4711>","totals":{},"lineage":{"/poNumber":1},` +
		`"residue":[{"segment":3,"tag":"ZZ9","element":1,"component":0,"repetition":0,"offset":0,"value":"x"}],` +
		`"coverage":{"elements":2,"mapped":1},"syntax":{"delimiters":{"segment":"~","element":"","component":"","repetition":"","release":"","decimal":""},` +
		`"lineBreak":"","encoding":"UTF-8"},"format":[{"segment":1,"raw":"ST*~"}]}`
	if string(line) != want {
		t.Errorf("Encode\n got %s\nwant %s", line, want)
	}
	doc, back, err := DecodeWithResidue(line)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Document(o), doc); diff != "" {
		t.Errorf("document (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(res, back); diff != "" {
		t.Errorf("residue (-want +got)\n%s", diff)
	}
	if plain, err := Encode(o, nil, nil); err != nil || !json.Valid(plain) || strings.Contains(string(plain), "\n") {
		t.Errorf("Encode alone: %s, %v", plain, err)
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		order                   Order
		subject, key, eventType string
	}{
		{Order{}, "", "", EventOrderReceived},
		{Order{PONumber: "4711"}, "order/4711", "order/4711", EventOrderReceived},
		{Order{PONumber: "4711", Header: Header{Action: "original"}}, "order/4711", "order/4711", EventOrderReceived},
		{Order{PONumber: "4711", ReleaseNumber: "2"}, "order/4711", "order/4711/rel 2", EventOrderReceived},
		{Order{PONumber: "4711", Header: Header{Action: "duplicate"}}, "order/4711", "order/4711", EventOrderReceived},
		{Order{PONumber: "4711", Header: Header{Action: "cancel"}}, "order/4711", "order/4711/cancel", EventOrderCancelled},
		{Order{PONumber: "4711", Header: Header{Action: "replace"}}, "order/4711", "order/4711/replace", EventOrderChanged},
	} {
		if got := Subject(&c.order); got != c.subject {
			t.Errorf("Subject\n got %q\nwant %q", got, c.subject)
		}
		if got := BusinessKey(&c.order); got != c.key {
			t.Errorf("BusinessKey\n got %q\nwant %q", got, c.key)
		}
		if got := EventType(&c.order); got != c.eventType {
			t.Errorf("EventType\n got %q\nwant %q", got, c.eventType)
		}
	}
}

func TestNewEvent(t *testing.T) {
	src := EventSource{Partner: "acme", Agreement: "orders", DocumentID: "d1", Interchange: "000000905", Group: "905", Transaction: "0001",
		Mode: "production", Type: EventOrderReceived, Subject: "order/4711", Time: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
	data := json.RawMessage(`{"kind":"order"}`)
	ev := NewEvent(src, data)
	line, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"specversion":"1.0","id":"` + ev.ID + `","source":"/partners/acme/agreements/orders","type":"edibridge.order.received.v1",` +
		`"subject":"order/4711","time":"2026-11-23T09:30:00Z","datacontenttype":"application/json","partner":"acme","ediinterchange":"000000905",` +
		`"edigroup":"905","editransaction":"0001","edimode":"production","data":{"kind":"order"}}`
	if string(line) != want {
		t.Errorf("event\n got %s\nwant %s", line, want)
	}
	later := src
	later.Time, later.ArchiveID = src.Time.Add(time.Hour), "a2"
	if got := NewEvent(later, data).ID; got != ev.ID {
		t.Errorf("translated again with the same result\n got %s\nwant %s", got, ev.ID)
	}
	other := src
	other.DocumentID = "d2"
	changed := src
	changed.Type = EventOrderChanged
	for what, id := range map[string]string{
		"another document": NewEvent(other, data).ID, "another type": NewEvent(changed, data).ID,
		"other data": NewEvent(src, json.RawMessage(`{"kind":"order","poNumber":"1"}`)).ID,
	} {
		if id == ev.ID {
			t.Errorf("%s: the id is the same", what)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"kind":"order","poNumber":"4711","lines":[{"quantity":{"value":"1.50"}}]}`))
	f.Add([]byte(`{"kind":"order","syntax":{},"residue":[{"segment":1}],"totals":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, res, err := DecodeWithResidue(data)
		if err != nil {
			return
		}
		first, err := Encode(doc, nil, res)
		if err != nil {
			t.Fatal(err)
		}
		doc, res, err = DecodeWithResidue(first)
		if err != nil {
			t.Fatalf("what was encoded does not decode: %v\n%s", err, first)
		}
		if second, _ := Encode(doc, nil, res); string(first) != string(second) {
			t.Errorf("encoded again\n got %s\nwant %s", second, first)
		}
	})
}
