package views

import (
	"slices"
	"strings"
)

// OrderLine is what became of one line. Quantities are sums of what the documents
// that count say.
type OrderLine struct {
	LineID  string   `json:"lineId"`            // as the order writes it
	Release string   `json:"release,omitempty"` // of a blanket order
	Items   []string `json:"items"`             // the product: "GTIN 00614141000012", "VN BL-100"
	Known   bool     `json:"known"`             // false: other documents name it, the order does not
	Status  string   `json:"status,omitempty"`  // the seller's last word: accepted, backordered, rejected ...
	Ordered Amounts  `json:"ordered"`           // as changed since
	// Confirmed is what the last answer to the line says will come.
	Confirmed Amounts `json:"confirmed"`
	Released  Amounts `json:"released"` // told to a warehouse
	// Shipped is the greater one of what warehouses and what shipment notices say: of
	// the same goods both speak.
	Shipped     Amounts `json:"shipped"`
	Received    Amounts `json:"received"`
	Invoiced    Amounts `json:"invoiced"`
	Returned    Amounts `json:"returned"`
	UnitsDiffer bool    `json:"unitsDiffer"` // shipped in units in which it was not ordered: they do not compare

	advised, noticed Amounts
	answered         bool
}

// lineBook finds lines by their ids and products.
type lineBook struct {
	lines  []*OrderLine
	byID   map[string][]*OrderLine
	byItem map[string][]*OrderLine
}

// drop forgets the lines of a release, which is ordered anew.
func (b *lineBook) drop(release string) {
	b.lines = slices.DeleteFunc(b.lines, func(l *OrderLine) bool { return l.Release == release })
	old := b.lines
	b.lines, b.byID, b.byItem = nil, nil, nil
	for _, l := range old {
		b.enter(l)
	}
}

func (b *lineBook) enter(l *OrderLine) {
	if b.byID == nil {
		b.byID, b.byItem = map[string][]*OrderLine{}, map[string][]*OrderLine{}
	}
	b.lines = append(b.lines, l)
	if id := Key(l.LineID); id != "" {
		b.byID[id] = append(b.byID[id], l)
	}
	for _, item := range l.Items {
		b.byItem[item] = append(b.byItem[item], l)
	}
}

// open adds a line of the order.
func (b *lineBook) open(release string, s *lineSaid) *OrderLine {
	l := &OrderLine{LineID: s.ID, Release: release, Items: s.Items, Known: true}
	if l.Items == nil {
		l.Items = []string{}
	}
	l.Ordered.set(s.Quantity)
	b.enter(l)
	return l
}

// find is the line that an id or a product means, nil for none. An id whose product
// is another one means nothing: partners number lines anew.
func (b *lineBook) find(release string, s *lineSaid) *OrderLine {
	fits := func(l *OrderLine) bool { return release == "" || l.Release == "" || l.Release == release }
	for _, l := range b.byID[Key(s.ID)] {
		if fits(l) && !differ(l.Items, s.Items) {
			return l
		}
	}
	for _, item := range s.Items {
		for _, l := range b.byItem[item] {
			if fits(l) && (s.ID == "" || l.LineID == "" || Key(s.ID) == Key(l.LineID) || len(b.byItem[item]) == 1) {
				return l
			}
		}
	}
	return nil
}

// meet is find, with a line of its own for what the order does not have.
func (b *lineBook) meet(release string, s *lineSaid) *OrderLine {
	if l := b.find(release, s); l != nil {
		return l
	}
	l := b.open(release, s)
	l.Known, l.Ordered = false, nil
	return l
}

// differ reports whether two products are told apart: they have a scheme in common
// and no identifier.
func differ(a, b []string) bool {
	common := false
	for _, x := range a {
		scheme, _, _ := strings.Cut(x, " ")
		for _, y := range b {
			if x == y {
				return false
			}
			common = common || strings.HasPrefix(y, scheme+" ")
		}
	}
	return common
}

// finish gives the lines with what is made of others' words.
func (b *lineBook) finish() []*OrderLine {
	for _, l := range b.lines {
		l.Shipped = greater(l.noticed, l.advised)
		l.UnitsDiffer = l.Shipped.strange(l.Ordered)
	}
	if b.lines == nil {
		return []*OrderLine{}
	}
	return b.lines
}
