package views

import "github.com/edibridge/edibridge/canonical"

// stockSaid is what a document says about one item at one place.
type stockSaid struct {
	Kind   string         `json:"kind"`
	Action string         `json:"action,omitempty"`
	Number string         `json:"number,omitempty"`
	Date   canonical.Date `json:"date,omitempty"`
	Place  string         `json:"place"` // as it is written here
	Item   string         `json:"item"`
	Counts []countSaid    `json:"counts,omitempty"` // of a report
	Moved  []Amount       `json:"moved,omitempty"`  // with a minus where it went out
}

// countSaid is one figure of a report: what it counts, by the code of the report.
type countSaid struct {
	Scheme string   `json:"scheme,omitempty"`
	Values []Amount `json:"values"`
}

func (s *stockSaid) count(scheme string, q canonical.Quantity) {
	if s == nil {
		return
	}
	for i := range s.Counts {
		if s.Counts[i].Scheme == scheme {
			s.Counts[i].Values = amounts(s.Counts[i].Values, q)
			return
		}
	}
	if v := amounts(nil, q); v != nil {
		s.Counts = append(s.Counts, countSaid{scheme, v})
	}
}

func (s *stockSaid) move(q canonical.Quantity) {
	if s != nil {
		s.Moved = amounts(s.Moved, q)
	}
}

// placeOf is where a document's goods are: its warehouse, or else the place that
// they leave, by the first identifier or the name; "" where it says neither.
func placeOf(parties []canonical.Party) string {
	for _, role := range [...]string{"warehouse", "shipFrom"} {
		for i := range parties {
			p := &parties[i]
			if p.Role != role {
				continue
			}
			for _, id := range p.IDs {
				if id.Value != "" {
					return id.Value
				}
			}
			if p.Name != "" {
				return p.Name
			}
		}
	}
	return ""
}

// itemOf is by what an item is kept: its GTIN, or else what the depositor or the
// first one calls it.
func itemOf(ids []canonical.ProductID, upcCase string) string {
	for i := range ids {
		if ids[i].GTIN14 != "" {
			return ids[i].GTIN14
		}
	}
	for _, scheme := range [...]string{"SK", "VN", "VA", "VC", "SA", "IN", "BP", "CB"} {
		for i := range ids {
			if ids[i].Scheme == scheme && ids[i].Value != "" {
				return ids[i].Value
			}
		}
	}
	for i := range ids {
		if ids[i].Value != "" {
			return ids[i].Value
		}
	}
	return upcCase
}

// stored begins what a document says about an item at a place; nil where either is
// not known. Without a place it is the partner's one.
func (g *gathering) stored(doc canonical.Document, place, item string, date canonical.Date) *stockSaid {
	if place == "" {
		place = doc.Head().Partner
	}
	if place == "" || item == "" {
		return nil
	}
	number, revision := doc.Identity()
	switch d := doc.(type) {
	case *canonical.Inventory: // reports of a day share a number
		number += "@" + revision
	case *canonical.WarehouseAdvice: // without a number of its own it is one of several about its order
		number = d.ShipmentID
	}
	return g.stock.about(StockKey(place, item), stockSaid{Kind: doc.Kind(), Action: doc.Head().Action, Number: number, Date: date, Place: place, Item: item})
}

func (g *gathering) inventory(d *canonical.Inventory) {
	whole := placeOf(d.Parties)
	for i := range d.Lines {
		l := &d.Lines[i]
		item := itemOf(l.IDs, "")
		place := placeOf(l.Parties)
		if place == "" && len(l.Locations) > 0 {
			place = l.Locations[0].Value
		}
		if place == "" {
			place = whole
		}
		for j := range l.Quantities {
			q := &l.Quantities[j]
			at := placeOf(q.Parties)
			if at == "" && len(q.Locations) > 0 {
				at = q.Locations[0].Value
			}
			if at == "" {
				at = place
			}
			g.stored(d, at, item, d.ReportedAt).count(q.Scheme, q.Quantity)
		}
		for j := range l.StoreQuantities {
			q := &l.StoreQuantities[j]
			g.stored(d, q.Location.Value, item, d.ReportedAt).count("", q.Quantity)
		}
	}
}

func (g *gathering) adviceStock(d *canonical.WarehouseAdvice) {
	place := placeOf(d.Parties)
	for i := range d.Packages {
		for j := range d.Packages[i].Lines {
			l := &d.Packages[i].Lines[j]
			q := canonical.Quantity{Value: minus(l.Shipped), UOM: l.UOM, UOMUnece: l.UOMUnece}
			g.stored(d, place, itemOf(l.IDs, l.UPCCase), d.ShippedDate).move(q)
		}
	}
}

func (g *gathering) receiptStock(d *canonical.ReceiptAdvice) {
	place := placeOf(d.Parties)
	eachReceived(d.Lines, func(l *canonical.ReceiptLine) {
		g.stored(d, place, itemOf(l.IDs, l.UPCCase), d.ReceivedDate).move(l.Quantity)
	})
}

func (g *gathering) adjustment(d *canonical.InventoryAdjustment) {
	place := placeOf(d.Parties)
	for i := range d.Lines {
		l := &d.Lines[i]
		g.stored(d, place, itemOf(l.IDs, l.UPCCase), d.AdjustmentDate).move(l.Quantity)
	}
}
