package canonical

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKinds: every kind makes a document of its own, that says its kind, and that
// survives JSON.
func TestKinds(t *testing.T) {
	for _, kind := range Kinds() {
		doc := New(kind)
		if doc == nil || doc.Kind() != kind {
			t.Fatalf("New(%q)\n got %v", kind, doc)
		}
		doc.Derive()
		if h := doc.Head(); h.Kind != kind || h.SchemaVersion != SchemaVersion {
			t.Errorf("%s: the head says kind %q, version %q", kind, h.Kind, h.SchemaVersion)
		}
		if got := Subject(doc); got != "" {
			t.Errorf("%s without a number has the subject %q", kind, got)
		}
		line, err := Encode(doc, nil, &Residue{Syntax: Syntax{Encoding: "UTF-8"}, Entries: []ResidueEntry{}, Format: []Format{}})
		if err != nil {
			t.Fatal(err)
		}
		back, res, err := DecodeWithResidue(line)
		if err != nil || res == nil {
			t.Fatalf("%s: %v, residue %v", line, err, res)
		}
		if diff := cmp.Diff(doc, back); diff != "" {
			t.Errorf("%s (-want +got)\n%s", kind, diff)
		}
	}
	if New("") != nil {
		t.Error("there is a document of no kind")
	}
}

// filler fills a document with a value of each member that is not derived.
type filler struct{ n int }

func (f *filler) fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), depth)
		}
		switch p := v.Addr().Interface().(type) {
		case *ProductID:
			*p = ProductID{Scheme: "UP", Value: "012345678905"}
		case *Mark:
			p.Scheme, p.Value, p.SSCC = "GM", "00376104250021234569", ""
		case *Contact:
			p.Numbers, p.Phones, p.Emails = []ID{{"TE", "1"}}, nil, nil
		case *Note:
			p.Lines, p.Text = []string{"a", "b"}, ""
		case *Carrier:
			p.IDScheme, p.ID, p.SCAC = "2", "ABCD", ""
		case *Currency:
			p.Code, p.CodeISO = "usd", ""
		case *Party:
			p.IDs, p.GLN, p.Country, p.CountryISO, p.TaxIDs = []ID{{"UL", "0012345000065"}}, "", "USA", "", nil
		case *DateEntry:
			p.At, p.Period = "2026-11-23", Period{Format: "RD8", Value: "20261101-20261130"}
		case *Level:
			p.Kind = "pack"
		case *ShipmentNotice:
			p.Packages, p.Items = nil, nil
		}
	case reflect.Slice:
		if depth < 7 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			f.fill(v.Index(0), depth+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"a/b": "c"}))
	case reflect.String:
		f.n++
		switch v.Type() {
		case reflect.TypeFor[Decimal]():
			v.SetString(fmt.Sprintf("%d.50", f.n))
		case reflect.TypeFor[Date]():
			v.SetString("2026-11-23")
		default:
			v.SetString(fmt.Sprintf("v%d", f.n))
		}
	}
}

// full is a document of a kind in which every member has a value.
func full(t *testing.T, kind string) Document {
	t.Helper()
	doc := New(kind)
	(&filler{}).fill(reflect.ValueOf(doc).Elem(), 0)
	h := doc.Head()
	h.Standard, h.Action, h.ReceivedAt = "X12", "original", "2026-11-23T09:30:00Z"
	doc.Derive()
	return doc
}

// TestDeriveReachesAll: wherever a part stands that has derived members, they are
// there after Derive.
func TestDeriveReachesAll(t *testing.T) {
	for _, kind := range Kinds() {
		doc := full(t, kind)
		parts := 0
		var check func(v reflect.Value, at string)
		check = func(v reflect.Value, at string) {
			switch v.Kind() {
			case reflect.Slice:
				for i := range v.Len() {
					check(v.Index(i), fmt.Sprintf("%s/%d", at, i))
				}
			case reflect.Pointer:
				if !v.IsNil() {
					check(v.Elem(), at)
				}
			case reflect.Struct:
				if missing := underived(v.Addr().Interface()); missing != "" {
					t.Errorf("%s%s: %s is not derived", kind, at, missing)
				}
				parts++
				for i := range v.NumField() {
					check(v.Field(i), at+"/"+v.Type().Field(i).Name)
				}
			}
		}
		check(reflect.ValueOf(doc).Elem(), "")
		if parts < 5 {
			t.Errorf("%s: the walk saw %d parts", kind, parts)
		}
	}
}

// underived names the derived member that a part should have and has not.
func underived(part any) string {
	switch p := part.(type) {
	case *ProductID:
		return missing("gtin14", p.GTIN14)
	case *Mark:
		return missing("sscc", p.SSCC)
	case *Contact:
		return missing("phones", strings.Join(p.Phones, ""))
	case *Note:
		return missing("text", p.Text)
	case *Carrier:
		return missing("scac", p.SCAC)
	case *Currency:
		return missing("isoCode", p.CodeISO)
	case *Party:
		return missing("gln", p.GLN) + missing("countryIso", p.CountryISO)
	case *DateEntry:
		return missing("period.from", string(p.Period.From))
	case *Line:
		if p.Index == 0 {
			return "index"
		}
	}
	return ""
}

func missing(name, value string) string {
	if value == "" {
		return name
	}
	return ""
}

// TestDeriveTwice: derived again, a document is the same; through JSON too.
func TestDeriveTwice(t *testing.T) {
	for _, kind := range Kinds() {
		doc := full(t, kind)
		first, err := Encode(doc, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		doc.Derive()
		if again, _ := Encode(doc, nil, nil); string(again) != string(first) {
			t.Errorf("%s derived twice\n got %s\nwant %s", kind, again, first)
		}
		back, err := Decode(first)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if diff := cmp.Diff(doc, back); diff != "" {
			t.Errorf("%s through JSON (-want +got)\n%s", kind, diff)
		}
	}
}

// TestNoFloat: no member of any document is a floating-point number, and whole
// numbers are our own counts and offsets only.
func TestNoFloat(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var check func(rt reflect.Type, at string)
	check = func(rt reflect.Type, at string) {
		switch rt.Kind() {
		case reflect.Float32, reflect.Float64, reflect.Interface:
			t.Errorf("%s is a %s", at, rt)
		case reflect.Slice, reflect.Pointer, reflect.Map:
			check(rt.Elem(), at)
		case reflect.Struct:
			if seen[rt] {
				return
			}
			seen[rt] = true
			for i := range rt.NumField() {
				check(rt.Field(i).Type, at+"."+rt.Field(i).Name)
			}
		}
	}
	for _, kind := range Kinds() {
		check(reflect.TypeOf(New(kind)).Elem(), kind)
	}
	if len(seen) < 50 {
		t.Errorf("the walk saw %d types", len(seen))
	}
}

// pickAndPack is a shipment of two orders on one pallet: a carton with two
// products, a carton with one, and a batch level that only this partner has.
func pickAndPack() *ShipmentNotice {
	item := func(line, upc, shipped string) Level {
		return Level{Kind: "item", KindCode: "I", LineID: line, IDs: []ProductID{{Scheme: "UP", Value: upc}},
			Shipped: ShippedQuantity{Quantity: Quantity{Value: Decimal(shipped), UOM: "EA"}}}
	}
	carton := func(sscc string, levels ...Level) Level {
		return Level{Kind: "pack", KindCode: "P", Marks: []Mark{{Scheme: "GM", Value: sscc, Second: MarkRange{Scheme: "CP", Value: "1Z" + sscc[15:]}}}, Levels: levels}
	}
	batch := item("2", "012345678912", "6")
	batch.Levels = []Level{{Kind: "ZZ", KindCode: "ZZ", Refs: []Ref{{Scheme: "LT", Value: "L-7"}}}}
	return &ShipmentNotice{ShipmentID: "S-1", Levels: []Level{{Kind: "shipment", KindCode: "S",
		Refs: []Ref{{Scheme: "BM", Value: "BOL-9"}, {Scheme: "CN", Value: "PRO-3"}},
		Levels: []Level{
			{Kind: "order", Order: OrderRef{PONumber: "4711"}, Levels: []Level{
				{Kind: "tare", Marks: []Mark{{Scheme: "GM", Value: "00000000000000000017"}}, Levels: []Level{
					carton("00376104250021234569", item("1", "012345678905", "12"), batch)}}}},
			{Kind: "order", Order: OrderRef{PONumber: "4712"}, Levels: []Level{carton("00376104250021234552", item("1", "012345678905", "0"))}},
		}}}}
}

func TestNoticeIndex(t *testing.T) {
	n := pickAndPack()
	n.Derive()
	packages := []PackageEntry{
		{Index: 1, Pointer: "/levels/0/levels/0/levels/0", Kind: "tare", SSCC: "000000000000000017", Orders: []string{"4711"}, Items: []int{1, 2}},
		{Index: 2, Pointer: "/levels/0/levels/0/levels/0/levels/0", Kind: "pack", SSCC: "376104250021234569", Tracking: "1Z34569", Parent: 1, Orders: []string{"4711"}, Items: []int{1, 2}},
		{Index: 3, Pointer: "/levels/0/levels/1/levels/0", Kind: "pack", SSCC: "376104250021234552", Tracking: "1Z34552", Orders: []string{"4712"}, Items: []int{3}},
	}
	if diff := cmp.Diff(packages, n.Packages); diff != "" {
		t.Errorf("packages (-want +got)\n%s", diff)
	}
	each := func(value Decimal) Quantity { return Quantity{Value: value, UOM: "EA"} }
	upc := func(value, gtin string) []ProductID { return []ProductID{{Scheme: "UP", Value: value, GTIN14: gtin}} }
	items := []ItemEntry{
		{Index: 1, Pointer: "/levels/0/levels/0/levels/0/levels/0/levels/0", PONumber: "4711", LineID: "1",
			IDs: upc("012345678905", "00012345678905"), Quantity: each("12"), Packages: []int{2, 1}},
		{Index: 2, Pointer: "/levels/0/levels/0/levels/0/levels/0/levels/1", PONumber: "4711", LineID: "2",
			IDs: upc("012345678912", "00012345678912"), Quantity: each("6"), Packages: []int{2, 1}},
		{Index: 3, Pointer: "/levels/0/levels/1/levels/0/levels/0", PONumber: "4712", LineID: "1",
			IDs: upc("012345678905", "00012345678905"), Quantity: each("0"), Packages: []int{3}},
	}
	if diff := cmp.Diff(items, n.Items); diff != "" {
		t.Errorf("items (-want +got)\n%s", diff)
	}
}

// TestStandardCarton: items stand above their cartons, each of which holds the item.
func TestStandardCarton(t *testing.T) {
	n := &ShipmentNotice{Levels: []Level{{Kind: "order", Order: OrderRef{PONumber: "4711"}, Levels: []Level{
		{Kind: "item", Shipped: ShippedQuantity{LineID: "7"}, Levels: []Level{{Kind: "pack"}, {Kind: "pack"}}}}}}}
	n.Derive()
	want := []ItemEntry{{Index: 1, Pointer: "/levels/0/levels/0", PONumber: "4711", LineID: "7", Packages: []int{1, 2}}}
	if diff := cmp.Diff(want, n.Items); diff != "" {
		t.Errorf("items (-want +got)\n%s", diff)
	}
	for _, p := range n.Packages {
		if diff := cmp.Diff([]int{1}, p.Items); diff != "" || len(p.Orders) != 1 {
			t.Errorf("package %d: items (-want +got), orders %v\n%s", p.Index, p.Orders, diff)
		}
	}
}

// TestEdifactNoticeIndex: CPS groups have no names for their levels.
func TestEdifactNoticeIndex(t *testing.T) {
	mark := func(sscc string) []Mark { return []Mark{{Scheme: "BJ", Value: sscc}} }
	of := func(packaging string) []Lading { return []Lading{{Packaging: packaging}} }
	item := Level{Kind: "item", LineID: "7", Order: OrderRef{LineID: "1"}}
	n := &ShipmentNotice{Levels: []Level{{Lading: of("201"), Levels: []Level{
		{Kind: "outer", Marks: mark("340063810000000018"), Lading: of("201"), Levels: []Level{
			{Lading: of("CT"), Marks: append(mark("340063810000000025"), mark("340063810000000032")...), Levels: []Level{item}}}},
		{Lading: of("CT")},
		{Kind: "outer", Levels: []Level{item}},
	}}}}
	n.Standard = "EDIFACT"
	n.Derive()
	got := []string{}
	for _, p := range n.Packages {
		got = append(got, fmt.Sprint(p.Kind, " ", p.Pointer, " ", p.SSCC, " ", p.SSCCs, " in ", p.Parent, " holds ", p.Items))
	}
	want := []string{
		"tare /levels/0/levels/0 340063810000000018 [] in 0 holds [1]",
		"pack /levels/0/levels/0/levels/0 340063810000000025 [340063810000000025 340063810000000032] in 1 holds [1]",
		"pack /levels/0/levels/1  [] in 0 holds []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if got := n.Items[0].LineID; got != "1" {
		t.Errorf("line of the order\n got %q\nwant 1", got)
	}
	n.Standard = "X12"
	if n.Derive(); len(n.Packages) > 0 {
		t.Errorf("X12 names its levels\n got %v", n.Packages)
	}
}

// TestDeepLevels: a tree without end is derived to a depth and costs no more.
func TestDeepLevels(t *testing.T) {
	root := Level{Kind: "pack"}
	for range 5000 {
		root = Level{Kind: "pack", Levels: []Level{root}}
	}
	n := &ShipmentNotice{Levels: []Level{root}}
	n.Derive()
	if got, want := len(n.Packages), maxLevels+1; got != want {
		t.Errorf("packages indexed\n got %d\nwant %d", got, want)
	}
}

func TestEdifactParts(t *testing.T) {
	n := &ShipmentNotice{Header: Header{Standard: "EDIFACT"}, Refs: []Ref{{Scheme: "ON", Value: "4711"}},
		Parties: []Party{{IDs: []ID{{"9", "0012345000065"}}}, {GLN: "0012345000065"}},
		Levels:  []Level{{Kind: "item", Marks: []Mark{{Scheme: "BJ", Value: "376104250021234569"}}}}}
	n.Derive()
	if n.Parties[0].GLN == "" || n.Parties[1].IDs[0] != (ID{"9", "0012345000065"}) {
		t.Errorf("parties: %+v", n.Parties)
	}
	if n.Items[0].PONumber != "4711" || n.Levels[0].Marks[0].SSCC == "" {
		t.Errorf("items %+v, marks %+v", n.Items, n.Levels[0].Marks)
	}
	for standard, want := range map[string]ID{"EDIFACT": {"9", "0012345000065"}, "": {"UL", "0012345000065"}} {
		doc, _, err := DecodeFor([]byte(`{"kind":"order","parties":[{"role":"buyer","gln":"0012345000065"}]}`), standard)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.(*Order).Parties[0].IDs[0]; got != want {
			t.Errorf("a GLN alone, for standard %q\n got %v\nwant %v", standard, got, want)
		}
	}
	x := &Order{Header: Header{Standard: "X12"}, Parties: []Party{{IDs: []ID{{"9", "0012345000065"}}}}}
	x.Derive()
	if got := x.Parties[0].GLN; got != "" {
		t.Errorf("a DUNS+4 is taken for the GLN %q", got)
	}
}

func TestInvoiceSign(t *testing.T) {
	for kind, want := range map[string]Decimal{"": "1", "DI": "1", "DR": "1", "CR": "-1", "CN": "-1", "380": "1", "381": "-1", "383": "1", "384": "1"} {
		v := &Invoice{Type: kind}
		v.Derive()
		if v.Sign != want {
			t.Errorf("type %q\n got %s\nwant %s", kind, v.Sign, want)
		}
	}
}

func TestDocumentKeys(t *testing.T) {
	n := pickAndPack()
	n.Derive()
	for _, c := range []struct {
		doc  Document
		want string
	}{
		{n, "shipment S-1, bol BOL-9, pro PRO-3, po 4711, sscc 000000000000000017, sscc 376104250021234569, tracking 1Z34569, po 4712, sscc 376104250021234552, tracking 1Z34552"},
		{&Order{PONumber: " 4711 ", Refs: []Ref{{Scheme: "DP", Value: "039"}, {Scheme: "PO", Value: "4711"}}}, "po 4711"},
		{&Invoice{InvoiceNumber: "I-1", PONumber: "4711", OriginalInvoice: "I-0", CarrierDetails: []CarrierDetail{{ReferenceScheme: "BM", Reference: "B"}}}, "invoice I-1, po 4711, invoice I-0, bol B"},
		{&Invoice{InvoiceNumber: "I-1", Header: Header{Standard: "EDIFACT"}, Refs: []Ref{{Scheme: "ON", Value: "4711"}, {Scheme: "AAK", Value: "S-1"}, {Scheme: "PO", Value: "no"}}}, "invoice I-1, po 4711, shipment S-1"},
		{&Remittance{TraceNumber: "T", Entities: []RemittanceEntity{{Items: []RemittanceItem{{ReferenceScheme: "IV", Reference: "I-1"}, {ReferenceScheme: "ZZ", Reference: "no"},
			{ReferenceScheme: "CM", Reference: "I-0", Refs: []Ref{{Scheme: "PO", Value: "4711"}}}}}}}, "payment T, invoice I-1, invoice I-0, po 4711"},
		{&WarehouseAdvice{ShipmentID: "S", DepositorOrder: "D", Packages: []WarehousePackage{{Marks: []Mark{{Scheme: "GM", SSCC: "1"}}}}}, "warehouseorder D, shipment S, sscc 1"},
		{&Return{ReturnNumber: "R", Order: OrderRef{PONumber: "4711"}}, "return R, po 4711"},
		{&Acknowledgment{Control: "905", Documents: []AcknowledgedDocument{{Control: "0001"}}}, "control 905, control 0001"},
		{&Catalog{}, ""},
	} {
		var got []string
		for _, k := range Keys(c.doc) {
			got = append(got, k.Scheme+" "+k.Value)
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("keys of a %s\n got %s\nwant %s", c.doc.Kind(), g, c.want)
		}
	}
}

func TestLifeCycle(t *testing.T) {
	n := pickAndPack()
	n.Derive()
	credit := &Invoice{PONumber: "4711", Type: "CR"}
	credit.Derive()
	for _, c := range []struct {
		doc  Document
		want string
	}{
		{&Order{PONumber: "4711"}, ""},
		{&OrderResponse{PONumber: "4711"}, "order.acknowledged order/4711"},
		{&WarehouseOrder{PONumber: "4711", DepositorOrder: "D"}, "order.released order/4711"},
		{&WarehouseOrder{PONumber: "4711", Header: Header{Action: "cancel"}}, ""},
		{n, "order.shipped order/4711"}, // of 4712 nothing was shipped
		{&WarehouseAdvice{PONumber: "4711", Packages: []WarehousePackage{{Lines: []WarehouseAdviceLine{{Shipped: "0"}, {Shipped: "3"}}}}}, "order.shipped order/4711"},
		{&WarehouseAdvice{PONumber: "4711", Packages: []WarehousePackage{{Lines: []WarehouseAdviceLine{{Shipped: "0.0", Status: "backordered"}}}}}, ""},
		{&Invoice{PONumber: "4711", Lines: []InvoiceLine{{PONumber: "4711"}, {PONumber: "4712"}}}, "order.invoiced order/4711, order.invoiced order/4712"},
		{credit, ""},
		{&Remittance{Entities: []RemittanceEntity{{Items: []RemittanceItem{{ReferenceScheme: "IV", Reference: "I-1", Refs: []Ref{{Scheme: "PO", Value: "4711"}}}, {ReferenceScheme: "PO", Reference: "4712"}}}}},
			"invoice.paid invoice/I-1, order.paid order/4711, order.paid order/4712"},
		{&Return{ReturnNumber: "R", Lines: []ReturnLine{{Order: OrderRef{PONumber: "4711"}}}}, "return.requested return/R, order.returned order/4711"},
		{&Return{ReturnNumber: "R2", OriginalNumber: "R"}, ""},
		{&Inventory{ReportNumber: "N"}, "inventory.updated inventory/N"},
		{&InventoryAdjustment{DepositorNumber: "A"}, "inventory.updated inventoryAdjustment/A"},
		{&ReceiptAdvice{ReceiptNumber: "W"}, "inventory.updated receiptAdvice/W"},
		{&ShipmentStatus{ReferenceNumber: "P", Items: []StatusItem{{}}}, "shipment.milestone shipment/P"},
		{&ShipmentStatus{ReferenceNumber: "P", ShipmentID: "S", Items: []StatusItem{{}}}, "shipment.milestone shipment/S"},
	} {
		var got []string
		for _, o := range LifeCycle(c.doc) {
			got = append(got, strings.TrimSuffix(strings.TrimPrefix(o.Type, "edibridge."), ".v1")+" "+o.Subject)
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("life cycle of a %s\n got %s\nwant %s", c.doc.Kind(), g, c.want)
		}
	}
}

func TestRevisions(t *testing.T) {
	for _, c := range []struct {
		doc  Document
		want string
	}{
		{&OrderChange{PONumber: "4711", ReleaseNumber: "2", ChangeSequence: "3", Header: Header{Action: "change"}}, "orderChange/4711/rel 2/3/change"},
		{&Inventory{ReportNumber: "DAILY", ReportedAt: "2026-11-23"}, "inventory/DAILY/rel 2026-11-23"},
		{&ShipmentStatus{ReferenceNumber: "P", Items: []StatusItem{{Events: []StatusEvent{{StatusCode: "X1", At: "2026-11-23T09:30"}}}}}, "shipmentStatus/P/rel X1/2026-11-23T09:30"},
		{&WarehouseAdvice{DepositorOrder: "D"}, "warehouseAdvice/D"},
		{&Catalog{CatalogNumber: "C", Version: "1", Revision: "2"}, "catalog/C/rel 1/2"},
	} {
		if got := BusinessKey(c.doc); got != c.want {
			t.Errorf("BusinessKey\n got %q\nwant %q", got, c.want)
		}
	}
}

func TestEventTypes(t *testing.T) {
	for _, kind := range Kinds() {
		doc := New(kind)
		types := EventTypes(kind)
		for _, got := range []string{EventType(doc), SentEventType(doc), RejectedEventType(doc)} {
			if !strings.Contains(strings.Join(types, " "), got) {
				t.Errorf("%s is no type of %s: %v", got, kind, types)
			}
		}
		for _, typ := range types {
			if typ != strings.ToLower(typ) {
				t.Errorf("type %q is not in lower case", typ)
			}
		}
	}
	ev := NewEvent(EventSource{DataSchema: SchemaURI(KindOrder)}, json.RawMessage(`{}`))
	if got, want := ev.DataSchema, "https://github.com/edibridge/edibridge/schemas/v1/order.json"; got != want {
		t.Errorf("dataschema\n got %s\nwant %s", got, want)
	}
}
