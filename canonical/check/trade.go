package check

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// trade is what the documents say about one order.
type trade struct {
	number    string
	order     *canonical.Order // nil: not known
	cancelled bool
	lines     []*line
	byID      map[string]*line
	byProduct map[canonical.ProductID]*line // the first of each; a GTIN stands as GTIN14 alone
	notices   []*canonical.ShipmentNotice
	advices   []*canonical.WarehouseAdvice
	releases  []*canonical.WarehouseOrder
	invoices  []*canonical.Invoice
}

// line is what they say about one line of it.
type line struct {
	id       string
	ids      []canonical.ProductID
	known    bool // of the order
	at       Place
	unit     string // in which quantities are counted
	units    map[string]*big.Rat
	price    canonical.Decimal
	basis    string
	told     bool // somebody said that it is short, back-ordered, cancelled
	mixed    bool // units differ
	ordered  *big.Rat
	released sum // told to the warehouse
	advised  sum // by the warehouse
	shipped  sum // by shipment notices
	billed   sum
}

// sum is what one kind of documents says, nil while none says anything.
type sum struct {
	value *big.Rat
	at    Place // the first
}

func (s *sum) add(q *big.Rat, at Place) {
	if s.value == nil {
		s.value, s.at = new(big.Rat), at
	}
	s.value.Add(s.value, q)
}

// trade gives the trade of an order, made if need be.
func (r *run) trade(number string) *trade {
	t := r.trades[number]
	if t == nil {
		t = &trade{number: number, byID: map[string]*line{}, byProduct: map[canonical.ProductID]*line{}}
		r.trades[number] = t
		r.numbers = append(r.numbers, number)
	}
	return t
}

// gather sorts the documents: orders first, then their changes, then the rest.
func (r *run) gather() {
	for _, d := range r.c.Documents {
		if o, ok := d.(*canonical.Order); ok && o.PONumber != "" {
			r.trade(o.PONumber).take(o)
		}
	}
	for _, d := range r.c.Documents {
		if c, ok := d.(*canonical.OrderChange); ok && c.PONumber != "" {
			r.trade(c.PONumber).change(c)
		}
	}
	for _, d := range r.c.Documents {
		if withdrawn(d) {
			continue
		}
		switch d := d.(type) {
		case *canonical.OrderResponse:
			r.response(d)
		case *canonical.WarehouseOrder:
			r.release(d)
		case *canonical.WarehouseAdvice:
			r.advice(d)
		case *canonical.ShipmentNotice:
			r.notice(d)
		case *canonical.Invoice:
			r.bill(d)
		}
	}
}

func (t *trade) take(o *canonical.Order) {
	if withdrawn(o) {
		t.cancelled = true
		return
	}
	t.order = o
	for i := range o.Lines {
		t.open(&o.Lines[i], at(o, "/lines/"+strconv.Itoa(i)))
	}
}

// open adds a line of the order.
func (t *trade) open(l *canonical.Line, place Place) {
	n := t.add(l.LineID, l.IDs, place)
	n.known, n.price, n.basis = true, l.UnitPrice, l.PriceBasis
	n.unit = unit(l.Quantity)
	n.ordered, _ = l.Quantity.Value.Rat()
	n.units = packs(l)
}

// packs says how many of the line's unit another unit holds, by its pack: a line
// in eaches with cases of 12.
func packs(l *canonical.Line) map[string]*big.Rat {
	if l.Pack == nil {
		return nil
	}
	inner, ok := l.Pack.Pack.Rat()
	if !ok || inner.Sign() <= 0 {
		return nil
	}
	const each, carton, box = "EA", "XCT", "XCS"
	switch u := unit(l.Quantity); u {
	case each, "C62", "H87":
		return map[string]*big.Rat{carton: inner, box: inner}
	case carton, box:
		one := new(big.Rat).Inv(inner)
		return map[string]*big.Rat{each: one, "C62": one, "H87": one}
	}
	return nil
}

func (t *trade) add(id string, ids []canonical.ProductID, place Place) *line {
	n := &line{id: id, ids: ids, at: place}
	t.lines = append(t.lines, n)
	if key := lineKey(id); key != "" && t.byID[key] == nil {
		t.byID[key] = n
	}
	for _, p := range ids {
		for _, key := range productKeys(p) {
			if t.byProduct[key] == nil {
				t.byProduct[key] = n
			}
		}
	}
	return n
}

// productKeys are what a product is found by.
func productKeys(p canonical.ProductID) []canonical.ProductID {
	var keys []canonical.ProductID
	if p.Value != "" {
		keys = append(keys, canonical.ProductID{Scheme: p.Scheme, Value: p.Value})
	}
	if p.GTIN14 != "" {
		keys = append(keys, canonical.ProductID{GTIN14: p.GTIN14})
	}
	return keys
}

// lineKey is a line's id without leading zeros.
//
// QUIRK: a buyer writes line 1 in PO101, his supplier's system answers with 001.
func lineKey(id string) string {
	if key := strings.TrimLeft(id, "0"); key != "" {
		return key
	}
	return id
}

// change applies a change of the order.
func (t *trade) change(c *canonical.OrderChange) {
	if withdrawn(c) {
		t.cancelled = true
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		n := t.find(l.LineID, l.IDs)
		switch {
		case l.Change.Type == "delete" && n != nil:
			n.ordered, n.told = new(big.Rat), true
		case n == nil && l.Change.Type == "add":
			t.open(&l.Line, at(c, "/lines/"+strconv.Itoa(i)))
		case n != nil:
			if q, ok := l.Quantity.Value.Rat(); ok {
				n.ordered, n.unit = q, unit(l.Quantity)
			}
			if l.UnitPrice != "" {
				n.price = l.UnitPrice
			}
		}
	}
}

// find is the line that an id or a product means, nil for none.
func (t *trade) find(id string, ids []canonical.ProductID) *line {
	if n := t.byID[lineKey(id)]; n != nil && (len(n.ids) == 0 || len(ids) == 0 || sameProduct(n.ids, ids) || !comparable(n.ids, ids)) {
		return n
	}
	for _, p := range ids {
		for _, key := range productKeys(p) {
			if n := t.byProduct[key]; n != nil {
				return n
			}
		}
	}
	return nil
}

// meet is find, with a line of its own for what the order does not have.
func (t *trade) meet(id string, ids []canonical.ProductID, place Place) *line {
	if n := t.find(id, ids); n != nil {
		return n
	}
	return t.add(id, ids, place)
}

// sameProduct reports whether two lists have an id in common.
func sameProduct(a, b []canonical.ProductID) bool {
	for _, x := range a {
		for _, y := range b {
			if x.GTIN14 != "" && x.GTIN14 == y.GTIN14 || x.Scheme == y.Scheme && x.Value == y.Value && x.Value != "" {
				return true
			}
		}
	}
	return false
}

// comparable reports whether two lists have a scheme in common, so that they
// would have an id in common if they were of one product.
func comparable(a, b []canonical.ProductID) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Scheme == y.Scheme {
				return true
			}
		}
	}
	return false
}

// unit is a quantity's unit in one list, where it is known there.
func unit(q canonical.Quantity) string {
	if q.UOMUnece != "" {
		return q.UOMUnece
	}
	if u, err := canonical.UnitUNECE(q.UOM); err == nil {
		return u
	}
	return q.UOM
}

// count is a quantity in the line's unit; nil when it has none, or none that
// compares.
func (n *line) count(q canonical.Quantity) *big.Rat {
	v, ok := q.Value.Rat()
	if !ok {
		return nil
	}
	u := unit(q)
	switch {
	case u == "" || n.unit == u:
		return v
	case n.unit == "":
		n.unit = u
		return v
	case n.units[u] != nil:
		return v.Mul(v, n.units[u])
	}
	n.mixed = true
	return nil
}

func (r *run) response(d *canonical.OrderResponse) {
	t := r.trade(d.PONumber)
	for i := range d.Lines {
		l := &d.Lines[i]
		n := t.find(l.LineID, l.IDs)
		for j := range l.Acknowledgments {
			if a := &l.Acknowledgments[j]; n != nil && excuses(a.Status, a.StatusCode) {
				n.told = true
			}
		}
	}
}

// excuses reports whether a status says that less comes than was ordered. Codes
// are those of X12 668 and 368.
func excuses(status, code string) bool {
	switch status {
	case "backordered", "partial", "cancelled", "deleted", "rejected", "held", "substituted", "quantityChanged":
		return true
	}
	switch code {
	case "IB", "ID", "IR", "IH", "IQ", "IS", "BP", "R1", "R2", "R3", "R4", // 668
		"BO", "BK", "CP", "CU", "CK", "CS", "OS", "DS", "DE", "IC", "SS": // 368
		return true
	}
	return false
}

func (r *run) release(d *canonical.WarehouseOrder) {
	if d.PONumber == "" {
		return
	}
	t := r.trade(d.PONumber)
	t.releases = append(t.releases, d)
	for i := range d.Lines {
		l, place := &d.Lines[i], at(d, "/lines/"+strconv.Itoa(i))
		n := t.meet(l.LineID, l.IDs, place)
		if q := n.count(l.Quantity); q != nil {
			n.released.add(q, place)
		}
	}
}

func (r *run) advice(d *canonical.WarehouseAdvice) {
	if d.PONumber == "" {
		return
	}
	t := r.trade(d.PONumber)
	t.advices = append(t.advices, d)
	for i := range d.Packages {
		for j := range d.Packages[i].Lines {
			l := &d.Packages[i].Lines[j]
			place := at(d, "/packages/"+strconv.Itoa(i)+"/lines/"+strconv.Itoa(j))
			n := t.meet(l.LineID, l.IDs, place)
			n.told = n.told || excuses(l.Status, l.StatusCode)
			if q := n.count(canonical.Quantity{Value: l.Shipped, UOM: l.UOM, UOMUnece: l.UOMUnece}); q != nil {
				n.advised.add(q, place)
			}
		}
	}
}

func (r *run) notice(d *canonical.ShipmentNotice) {
	r.notices = append(r.notices, d)
	for i := range d.Items {
		it := &d.Items[i]
		if it.PONumber == "" {
			continue
		}
		t := r.trade(it.PONumber)
		if !slices.Contains(t.notices, d) {
			t.notices = append(t.notices, d)
		}
		place := at(d, it.Pointer)
		n := t.meet(it.LineID, it.IDs, place)
		n.told = n.told || excuses(it.Status, it.Status)
		if q := n.count(it.Quantity); q != nil {
			n.shipped.add(q, place)
		}
	}
}

func (r *run) bill(d *canonical.Invoice) {
	r.bills = append(r.bills, d)
	if d.Sign == "-1" {
		return
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		po := l.PONumber
		if po == "" {
			po = d.PONumber
		}
		if po == "" {
			continue
		}
		t := r.trade(po)
		if !slices.Contains(t.invoices, d) {
			t.invoices = append(t.invoices, d)
		}
		place := at(d, "/lines/"+strconv.Itoa(i))
		n := t.meet(l.LineID, l.IDs, place)
		r.price(n, l, place)
		if q := n.count(l.Quantity); q != nil {
			n.billed.add(q, place)
		}
	}
}
