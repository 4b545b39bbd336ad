package canonical

import "strings"

// derivation derives parts that the two standards say with other codes.
type derivation struct{ edifact bool }

// edifact reports whether codes are those of EDIFACT.
func (h *Header) edifact() bool { return h.Standard == "EDIFACT" }

// Derive implements [Document].
func (o *Order) Derive() {
	o.Header.Kind, o.SchemaVersion = KindOrder, SchemaVersion
	d := derivation{o.edifact()}
	o.Currency.derive()
	deriveEach(o.Contacts, (*Contact).derive)
	deriveEach(o.Dates, (*DateEntry).derive)
	deriveEach(o.Routing, (*Carrier).derive)
	deriveEach(o.Notes, (*Note).derive)
	deriveEach(o.Marks, (*Mark).derive)
	deriveEach(o.Parties, d.party)
	deriveAmounts(o.Amounts)
	deriveCharges(o.AllowancesCharges)
	for i := range o.Lines {
		o.Lines[i].Index = i + 1
		d.line(&o.Lines[i])
	}
	o.TaxExempt = nil
	for i := range o.TaxReferences {
		if c := o.TaxReferences[i].ExemptCode; c == "1" || c == "2" {
			exempt := c == "1"
			o.TaxExempt = &exempt
			break
		}
	}
}

func (d derivation) line(l *Line) {
	deriveEach(l.IDs, (*ProductID).derive)
	l.Currency.derive()
	deriveEach(l.Contacts, (*Contact).derive)
	deriveEach(l.Dates, (*DateEntry).derive)
	deriveEach(l.Routing, (*Carrier).derive)
	deriveEach(l.Marks, (*Mark).derive)
	deriveEach(l.Notes, (*Note).derive)
	deriveEach(l.Parties, d.party)
	deriveEach(l.Schedules, (*Schedule).derive)
	deriveEach(l.Sublines, d.subline)
	deriveAmounts(l.Amounts)
	deriveCharges(l.AllowancesCharges)
}

func (d derivation) subline(s *Subline) {
	deriveEach(s.IDs, (*ProductID).derive)
	deriveEach(s.Dates, (*DateEntry).derive)
	deriveEach(s.Notes, (*Note).derive)
	deriveEach(s.Parties, d.party)
	deriveCharges(s.AllowancesCharges)
}

func (s *Schedule) derive() {
	deriveEach(s.Dates, (*DateEntry).derive)
	deriveEach(s.Routing, (*Carrier).derive)
}

func (d derivation) party(p *Party) {
	deriveEach(p.Contacts, (*Contact).derive)
	deriveEach(p.Dates, (*DateEntry).derive)
	deriveEach(p.Routing, (*Carrier).derive)
	deriveEach(p.Schedules, (*Schedule).derive)
	d.gln(p)
	p.country()
	p.TaxIDs = nil
	for _, id := range p.IDs {
		if id.Scheme == "FI" && id.Value != "" {
			p.TaxIDs = append(p.TaxIDs, id.Value)
		}
	}
	for _, r := range p.Refs {
		if r.Scheme == "TJ" && r.Value != "" {
			p.TaxIDs = append(p.TaxIDs, r.Value)
		}
	}
}

// gln finds the party's GLN. X12 has scheme 9 too, for a DUNS+4 of as many
// digits.
func (d derivation) gln(p *Party) {
	scheme := "UL"
	if d.edifact {
		scheme = "9"
	}
	if len(p.IDs) == 0 && p.GLN != "" {
		p.IDs = []ID{{scheme, p.GLN}}
	}
	p.GLN = ""
	for _, id := range p.IDs {
		if id.Scheme != scheme {
			continue
		}
		if g, err := GLN(id.Value); err == nil {
			p.GLN = g
			return
		}
	}
}

func (p *Party) country() {
	if p.Country == "" {
		p.Country = p.CountryISO
	}
	p.CountryISO = ""
	if p.Country != "" {
		if c, err := Country(p.Country); err == nil {
			p.CountryISO = c
		}
	}
}

func deriveEach[T any](s []T, derive func(*T)) {
	for i := range s {
		derive(&s[i])
	}
}

func deriveAmounts(as []AmountEntry) {
	for i := range as {
		deriveEach(as[i].Dates, (*DateEntry).derive)
	}
}

func deriveCharges(as []AllowanceCharge) {
	for i := range as {
		as[i].Currency.derive()
	}
}

func (c *Contact) derive() {
	if len(c.Numbers) == 0 {
		for _, p := range c.Phones {
			c.Numbers = append(c.Numbers, ID{"TE", p})
		}
		for _, e := range c.Emails {
			c.Numbers = append(c.Numbers, ID{"EM", e})
		}
	}
	c.Phones, c.Emails = nil, nil
	for _, n := range c.Numbers {
		switch {
		case n.Value == "":
		case n.Scheme == "TE":
			c.Phones = append(c.Phones, n.Value)
		case n.Scheme == "EM":
			c.Emails = append(c.Emails, n.Value)
		}
	}
}

func (c *Carrier) derive() {
	if c.ID == "" && c.IDScheme == "" && c.SCAC != "" {
		c.IDScheme, c.ID = "2", c.SCAC
	}
	c.SCAC = ""
	if c.IDScheme == "2" {
		c.SCAC = c.ID
	}
}

func (n *Note) derive() {
	if len(n.Lines) == 0 && n.Text != "" {
		n.Lines = strings.Split(n.Text, "\n")
	}
	n.Text = strings.Join(n.Lines, "\n")
	deriveEach(n.Dates, (*DateEntry).derive)
}

func (d *DateEntry) derive() {
	p := &d.Period
	if p.Value == "" && p.Format == "" && p.From.day() && p.To.day() {
		p.Format, p.Value = "RD8", p.From.compact()+"-"+p.To.compact()
	}
	p.From, p.To = "", ""
	if p.Format != "RD8" {
		return
	}
	if from, to, ok := strings.Cut(p.Value, "-"); ok {
		f, t := expand(from), expand(to)
		if f.Valid() && t.Valid() {
			p.From, p.To = f, t
		}
	}
}

// day reports whether d is a day without a time.
func (d Date) day() bool { return len(d) == 10 && d.Valid() }

// compact is a day as CCYYMMDD.
func (d Date) compact() string { return string(d[:4] + d[5:7] + d[8:]) }

// expand is CCYYMMDD as a Date, which may be none of the calendar.
func expand(s string) Date {
	if len(s) != 8 {
		return ""
	}
	return Date(s[:4] + "-" + s[4:6] + "-" + s[6:])
}

// derive fills in GTIN14 for the schemes that carry a GTIN (X12 235: UP, EN,
// UK, EO; EDIFACT 7143: EN, UP, SRV).
func (p *ProductID) derive() {
	p.GTIN14 = ""
	switch p.Scheme {
	case "UP", "EN", "UK", "EO", "SRV":
		if g, err := GTIN14(p.Value); err == nil {
			p.GTIN14 = g
		}
	}
}

func (m *Mark) derive() {
	m.SSCC = ""
	switch m.Scheme {
	case "GM", "AA", "AI", "BJ", "AW":
		if s, err := SSCC(m.Value); err == nil {
			m.SSCC = s
		}
	}
}

func (c *Currency) derive() {
	if c == nil {
		return
	}
	c.CodeISO = ""
	if c.Code != "" {
		if code, _, err := CurrencyCode(c.Code); err == nil {
			c.CodeISO = code
		}
	}
	deriveEach(c.Dates, (*DateEntry).derive)
}
