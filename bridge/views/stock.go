package views

import (
	"cmp"
	"slices"
	"time"

	"github.com/edibridge/edibridge/canonical"
)

// Stock is how much of an item lies at a place, as far as was reported.
type Stock struct {
	Subject string `json:"subject"` // see [StockKey]
	Place   string `json:"place"`   // as it was last written
	Item    string `json:"item"`
	// Counts are the last figures of each kind and unit.
	Counts []StockCount `json:"counts"`
	// Book is what should lie there, unit by unit: what was counted on hand, and
	// what moved since.
	Book []StockBook `json:"book"`
	// Movements are those that count for the book, by their dates.
	Movements []StockMovement `json:"movements"`
	Unread    int             `json:"unread"` // facts that this version cannot read: rebuild
	More      bool            `json:"more"`   // not all that was said was given
}

// StockCount is a figure of a report.
type StockCount struct {
	Scheme string         `json:"scheme"` // what it counts: X12 673 (17 on hand, 33 available), EDIFACT 6063 (145 actual stock)
	Value  Amount         `json:"value"`
	Date   canonical.Date `json:"date,omitempty"`
	StockSource
}

// StockBook is what should lie there.
type StockBook struct {
	Value   Amount            `json:"value"`
	Base    canonical.Decimal `json:"base,omitempty"`   // what was counted
	Counted bool              `json:"counted"`          // false: no count is known, the movements alone make it
	Scheme  string            `json:"scheme,omitempty"` // of the count
	Since   canonical.Date    `json:"since,omitempty"`  // its date
	Moved   canonical.Decimal `json:"moved"`            // since
}

// StockMovement is what came in (plus) or went out (minus).
type StockMovement struct {
	What  string         `json:"what"` // received, shipped, adjusted
	Value Amount         `json:"value"`
	Date  canonical.Date `json:"date,omitempty"`
	StockSource
}

// StockSource is the document that says something.
type StockSource struct {
	Number       string    `json:"number,omitempty"`
	Partner      string    `json:"partner"`
	Document     string    `json:"document"`
	Transmission string    `json:"transmission"`
	At           time.Time `json:"at"`

	said *Said
}

// FoldStock makes the stock of a subject from what was said of it, in any order.
// What was said in test mode says nothing: nobody counts goods of a test.
func FoldStock(subject string, said []Said) Stock {
	facts, unread := read[stockSaid](said, ViewStock)
	o := Stock{Subject: subject, Counts: []StockCount{}, Book: []StockBook{}, Movements: []StockMovement{}, Unread: unread}
	facts = slices.DeleteFunc(facts, func(t told[stockSaid]) bool { return t.Subject != subject || t.Mode == "test" })
	slices.SortFunc(facts, func(a, b told[stockSaid]) int {
		return cmp.Or(cmp.Compare(day(a.says.Date), day(b.says.Date)), arrival(a.Said, b.Said))
	})
	var moves []StockMovement
	for i, counts := range standingStock(facts) {
		t := &facts[i]
		o.Place, o.Item = t.says.Place, t.says.Item
		if !counts {
			continue
		}
		from := StockSource{t.says.Number, t.Partner, t.Document, t.Transmission, t.At, t.Said}
		for _, c := range t.says.Counts {
			for _, v := range c.Values {
				o.count(StockCount{c.Scheme, v, t.says.Date, from})
			}
		}
		for _, v := range t.says.Moved {
			moves = append(moves, StockMovement{movementOf(t.says.Kind), v, t.says.Date, from})
		}
	}
	slices.SortFunc(o.Counts, func(a, b StockCount) int {
		return cmp.Or(cmp.Compare(a.Scheme, b.Scheme), cmp.Compare(a.Value.Unit, b.Value.Unit))
	})
	o.balance(moves)
	return o
}

// standingStock tells which facts count: of documents with one number the last one,
// unless it takes back.
func standingStock(facts []told[stockSaid]) []bool {
	type identity struct{ kind, partner, number string }
	out, last := make([]bool, len(facts)), map[identity]int{}
	for i := range facts {
		t := &facts[i]
		out[i] = !withdraws(t.says.Action)
		if t.says.Number == "" {
			continue
		}
		id := identity{t.says.Kind, t.Partner, Key(t.says.Number)}
		if before, ok := last[id]; ok {
			out[before] = false
		}
		last[id] = i
	}
	return out
}

func movementOf(kind string) string {
	switch kind {
	case canonical.KindReceiptAdvice:
		return "received"
	case canonical.KindWarehouseAdvice:
		return "shipped"
	}
	return "adjusted"
}

// count keeps a figure, which is newer than those before it.
func (o *Stock) count(c StockCount) {
	at := slices.IndexFunc(o.Counts, func(h StockCount) bool { return h.Scheme == c.Scheme && h.Value.Unit == c.Value.Unit })
	if at < 0 {
		o.Counts = append(o.Counts, c)
		return
	}
	o.Counts[at] = c
}

// onHand are the figures that a book begins with, the best one first: on hand,
// actual stock, available. X12 673 17, 33; EDIFACT 6063 145, 17.
func onHand() []string { return []string{"17", "145", "33", "QH", "QA", ""} }

// balance makes the book, unit by unit.
func (o *Stock) balance(moves []StockMovement) {
	var units []string
	for i := range o.Counts {
		if slices.Contains(onHand(), o.Counts[i].Scheme) {
			units = appendUnit(units, o.Counts[i].Value.Unit)
		}
	}
	for i := range moves {
		units = appendUnit(units, moves[i].Value.Unit)
	}
	slices.Sort(units)
	for _, unit := range units {
		b := StockBook{Value: Amount{"0", unit}, Moved: "0"}
		base := o.base(unit)
		if base != nil {
			b.Value, b.Base, b.Counted, b.Scheme, b.Since = base.Value, base.Value.Value, true, base.Scheme, base.Date
		}
		for _, m := range moves {
			if m.Value.Unit == unit && (base == nil || behind(&m, base)) {
				b.Moved = plus(b.Moved, m.Value.Value)
				o.Movements = append(o.Movements, m)
			}
		}
		b.Value.Value = plus(b.Value.Value, b.Moved)
		o.Book = append(o.Book, b)
	}
}

// base is the count that the book of a unit begins with, nil for none.
func (o *Stock) base(unit string) *StockCount {
	for _, scheme := range onHand() {
		for i := range o.Counts {
			if c := &o.Counts[i]; c.Scheme == scheme && c.Value.Unit == unit {
				return c
			}
		}
	}
	return nil
}

// behind reports whether a movement came behind a count: by day, and on the same day
// or where one has no date as they were accepted.
func behind(m *StockMovement, c *StockCount) bool {
	a, b := day(m.Date), day(c.Date)
	if a != "" && b != "" && a != b {
		return a > b
	}
	return arrival(m.said, c.said) > 0
}

// appendUnit appends a unit that is not there yet; "" is one.
func appendUnit(units []string, unit string) []string {
	if slices.Contains(units, unit) {
		return units
	}
	return append(units, unit)
}
