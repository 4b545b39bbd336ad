package canonical

import "strings"

// Derive implements [Document].
func (o *Order) Derive() {
	o.Header.Kind, o.SchemaVersion = KindOrder, SchemaVersion
	deriveEach(o.Contacts, (*Contact).derive)
	deriveEach(o.Dates, (*DateEntry).derive)
	deriveEach(o.Routing, (*Carrier).derive)
	deriveEach(o.Notes, (*Note).derive)
	deriveEach(o.Parties, (*Party).derive)
	deriveEach(o.Currency.Dates, (*DateEntry).derive)
	deriveAmounts(o.Amounts)
	deriveCharges(o.AllowancesCharges)
	for i := range o.Lines {
		o.Lines[i].Index = i + 1
		o.Lines[i].derive()
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

func (l *Line) derive() {
	deriveEach(l.IDs, (*ProductID).derive)
	deriveEach(l.Contacts, (*Contact).derive)
	deriveEach(l.Dates, (*DateEntry).derive)
	deriveEach(l.Currency.Dates, (*DateEntry).derive)
	deriveEach(l.Routing, (*Carrier).derive)
	deriveEach(l.Notes, (*Note).derive)
	deriveEach(l.Parties, (*Party).derive)
	deriveEach(l.Schedules, (*Schedule).derive)
	deriveEach(l.Sublines, (*Subline).derive)
	deriveAmounts(l.Amounts)
	deriveCharges(l.AllowancesCharges)
}

func (s *Subline) derive() {
	deriveEach(s.IDs, (*ProductID).derive)
	deriveEach(s.Dates, (*DateEntry).derive)
	deriveEach(s.Notes, (*Note).derive)
	deriveEach(s.Parties, (*Party).derive)
	deriveCharges(s.AllowancesCharges)
}

func (s *Schedule) derive() {
	deriveEach(s.Dates, (*DateEntry).derive)
	deriveEach(s.Routing, (*Carrier).derive)
}

func (p *Party) derive() {
	deriveEach(p.Contacts, (*Contact).derive)
	deriveEach(p.Dates, (*DateEntry).derive)
	deriveEach(p.Routing, (*Carrier).derive)
	deriveEach(p.Schedules, (*Schedule).derive)
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
		deriveEach(as[i].Currency.Dates, (*DateEntry).derive)
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
	default:
		return
	}
	switch len(p.Value) {
	case 8, 12, 13, 14:
	default:
		return
	}
	if CheckDigit(p.Value) {
		p.GTIN14 = "00000000000000"[len(p.Value):] + p.Value
	}
}

// CheckDigit reports whether the last digit of s, all digits, is the check
// digit of a GS1 key (GTIN, GLN, SSCC): GS1 General Specifications, 7.9.1.
func CheckDigit(s string) bool {
	if s == "" || leadingDigits(s) != len(s) {
		return false
	}
	sum, weight := 0, 1
	for i := len(s) - 1; i >= 0; i-- {
		sum += int(s[i]-'0') * weight
		weight = 4 - weight
	}
	return sum%10 == 0
}
