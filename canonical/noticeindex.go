package canonical

import (
	"cmp"
	"slices"
	"strconv"
)

// maxLevels is how deep a tree of levels is derived and indexed. Trade goes six
// deep; X12 and EDIFACT name no limit, and a recursion must have one.
const maxLevels = 16

// Derive implements [Document].
func (n *ShipmentNotice) Derive() {
	n.Header.Kind, n.SchemaVersion = KindShipmentNotice, SchemaVersion
	d := derivation{n.edifact()}
	n.Currency.derive()
	deriveEach(n.Dates, (*DateEntry).derive)
	deriveEach(n.Parties, d.party)
	deriveEach(n.Routing, (*Carrier).derive)
	deriveEach(n.Notes, (*Note).derive)
	deriveAmounts(n.Amounts)
	d.levels(n.Levels, 0)

	x := noticeIndex{orders: map[orderIn]bool{}, edifact: d.edifact}
	order := ""
	for _, r := range n.Refs {
		if r.Scheme == "ON" && d.edifact {
			order = r.Value
		}
	}
	x.walk(n.Levels, place{pointer: "/levels", order: order})
	n.Packages, n.Items = x.packages, x.items
}

func (d derivation) levels(ls []Level, depth int) {
	if depth > maxLevels {
		return
	}
	for i := range ls {
		l := &ls[i]
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Sublines, d.subline)
		deriveEach(l.Marks, (*Mark).derive)
		deriveEach(l.Routing, (*Carrier).derive)
		deriveEach(l.Contacts, (*Contact).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Parties, d.party)
		deriveEach(l.Notes, (*Note).derive)
		for j := range l.FurtherPackages {
			deriveEach(l.FurtherPackages[j].Marks, (*Mark).derive)
		}
		l.Currency.derive()
		deriveCharges(l.AllowancesCharges)
		deriveAmounts(l.Amounts)
		d.levels(l.Levels, depth+1)
	}
}

// noticeIndex lists the packages and items of a tree.
type noticeIndex struct {
	packages []PackageEntry
	items    []ItemEntry
	orders   map[orderIn]bool
	edifact  bool
}

// orderIn is an order in a package.
type orderIn struct {
	pack  int
	order string
}

// place is where in the tree a walk stands.
type place struct {
	pointer string // of the array of levels
	order   string // PO number of the order level around
	around  []int  // indexes of the packages around, the innermost first
	item    int    // index of the item around; 0: none
	depth   int
}

func (x *noticeIndex) walk(ls []Level, at place) {
	if at.depth > maxLevels {
		return
	}
	for i := range ls {
		l := &ls[i]
		in := at
		pointer := at.pointer + "/" + strconv.Itoa(i)
		in.pointer, in.depth = pointer+"/levels", at.depth+1
		if l.Order.PONumber != "" {
			in.order = l.Order.PONumber
		}
		switch kind := x.kind(l, at.depth); kind {
		case "tare", "pack":
			in.around = append([]int{x.pack(l, kind, pointer, in)}, at.around...)
		case "item":
			in.item = len(x.items) + 1
			x.items = append(x.items, ItemEntry{Index: in.item, Pointer: pointer, PONumber: in.order, LineID: l.lineID(),
				IDs: l.IDs, Quantity: l.Shipped.Quantity, Ordered: l.Shipped.Ordered, Status: l.Shipped.Status, Packages: at.around})
			for _, p := range at.around {
				x.holds(p, in.item)
			}
		}
		x.walk(l.Levels, in)
	}
}

// kind is what a level is. EDIFACT has packages without a name for their level,
// or with one that says only how deep it is (CPS 7075): what bears marks is a
// package, and what is packed somehow and stands within something.
func (x *noticeIndex) kind(l *Level, depth int) string {
	switch l.Kind {
	case "", "inner", "intermediate", "outer", "unpacked":
	default:
		return l.Kind
	}
	if !x.edifact || len(l.Marks) == 0 && (depth == 0 || len(l.Lading) == 0) {
		return ""
	}
	if len(l.Lading) > 0 && isPallet(l.Lading[0].Packaging) {
		return "tare"
	}
	return "pack"
}

// isPallet tells the pallets among the codes of EDIFACT 7065: 08 one way, 09
// returnable, PX, and those of GS1, 200 to 213.
func isPallet(code string) bool {
	switch code {
	case "08", "09", "PX":
		return true
	}
	return len(code) == 3 && code >= "200" && code <= "213"
}

// lineID is the order's line that an item names: RFF 1156 or PRF05 before LIN01,
// SN101 where there is neither.
func (l *Level) lineID() string {
	return cmp.Or(l.Order.LineID, l.LineID, l.Shipped.LineID)
}

// pack lists a package and gives its index. One within an item holds that item:
// a standard carton.
func (x *noticeIndex) pack(l *Level, kind, pointer string, at place) int {
	p := PackageEntry{Index: len(x.packages) + 1, Pointer: pointer, Kind: kind}
	for i := range l.Marks {
		m := &l.Marks[i]
		if m.SSCC != "" {
			p.SSCCs = append(p.SSCCs, m.SSCC)
		}
		for _, r := range []MarkRange{{Scheme: m.Scheme, Value: m.Value}, m.Second} {
			if p.Tracking == "" && r.Scheme == "CP" {
				p.Tracking = r.Value
			}
		}
	}
	if len(p.SSCCs) > 0 {
		p.SSCC = p.SSCCs[0]
	}
	if len(p.SSCCs) < 2 {
		p.SSCCs = nil
	}
	if len(at.around) > 0 {
		p.Parent = at.around[0]
	}
	x.packages = append(x.packages, p)
	if at.item > 0 {
		it := &x.items[at.item-1]
		it.Packages = append(slices.Clip(it.Packages), p.Index)
		x.holds(p.Index, at.item)
	}
	return p.Index
}

// holds notes that a package has an item in it.
func (x *noticeIndex) holds(pack, item int) {
	p := &x.packages[pack-1]
	p.Items = append(p.Items, item)
	o := orderIn{pack, x.items[item-1].PONumber}
	if o.order != "" && !x.orders[o] {
		x.orders[o] = true
		p.Orders = append(p.Orders, o.order)
	}
}
