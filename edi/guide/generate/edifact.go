package main

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// edifactSet reads FOLDER/messages/ORDERS.tsv: segment (or the name of a segment
// group, SG1, whose trigger is the next row), req, max, group (the groups around
// the row, by name).
func (r *release) edifactSet(tables fs.FS, folder, id string) error {
	t, err := readTable(tables, folder+"/messages/"+id+".tsv")
	if err != nil {
		return err
	}
	s := set{id: id, title: titles[id]}
	area := "heading"
	var group *loop
	for i, row := range t {
		l := line{tag: row["segment"], req: row["req"], max: row["max"]}
		if row["group"] != "" {
			l.depth = strings.Count(row["group"], "/") + 1
		}
		if isGroup(l.tag) {
			if i+1 == len(t) || group != nil {
				return fmt.Errorf("%s: group %s has no trigger", id, l.tag)
			}
			group = &loop{l.req, l.max, l.tag}
			continue
		}
		if group != nil {
			l.loop, group = group, nil
			l.depth--
		}
		switch {
		case l.depth == 0 && l.tag == "UNS":
			area = "summary"
			if slices.Contains(details[id], "UNS") {
				area = "detail"
			}
		case l.depth == 0 && area == "heading" && l.loop != nil && slices.Contains(details[id], l.tag):
			area = "detail"
		case l.depth == 0 && area == "detail" && l.loop == nil:
			area = "summary"
		}
		l.area = area
		s.lines = append(s.lines, l)
	}
	r.sets = append(r.sets, s)
	return nil
}

// isGroup reports whether a row is the name of a segment group: SG1, not SGP.
func isGroup(tag string) bool {
	return len(tag) > 2 && tag[:2] == "SG" && tag[2] >= '0' && tag[2] <= '9'
}

// edifactTables reads segments.tsv and composites.tsv (segment or composite,
// pos, element, req, repeat: that many positions from pos on), elements.tsv (id,
// name, repr), codes.tsv (element, code, name), which may be absent.
func (r *release) edifactTables(tables fs.FS, folder string) error {
	var t [3]table
	for i, name := range []string{"segments.tsv", "composites.tsv", "elements.tsv"} {
		var err error
		if t[i], err = readTable(tables, folder+"/"+name); err != nil {
			return err
		}
	}
	codes, err := optional(tables, folder+"/codes.tsv")
	if err != nil {
		return err
	}
	number := func(row map[string]string) member {
		m := member{row["pos"], row["element"], row["req"], row["repeat"]}
		if len(m.pos) == 1 {
			m.pos = "0" + m.pos
		}
		if m.repeat == "1" {
			m.repeat = ""
		}
		return m
	}
	r.segments = addStructures(r.segments, t[0], "segment", number)
	r.composites = addStructures(r.composites, t[1], "composite", number)
	r.addElements(t[2], func(row map[string]string) element {
		return element{id: row["id"], name: inWords(row["name"]), typ: pad(row["repr"], 6)}
	})
	r.addCodes(codes)
	r.open = open
	return nil
}

// open are elements of the service segments whose lists grow with every
// directory and every partner: a CONTRL repeats what stood in the message that it
// answers.
var open = []string{"0007", "0051", "0052", "0054", "0057", "0065"}

// inWords is the name of an element as people write it. The tables have names
// without capitals and marks, some of their words run together.
func inWords(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		switch {
		case joined[w] != "":
			words[i] = joined[w]
		case w == "coded" && i > 0:
			words[i-1] += ","
		}
	}
	name = strings.Join(words, " ")
	return strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
}

// joined are the words of the tables that are more than one, and those that are
// short for others.
var joined = map[string]string{
	"amessage":              "a message",
	"anticollision":         "anti-collision",
	"chargeallowance":       "charge/allowance",
	"commodityrate":         "commodity/rate",
	"containerpackage":      "container/package",
	"datetimeperiod":        "date/time/period",
	"documentmessage":       "document/message",
	"dutytaxfee":            "duty/tax/fee",
	"ems":                   "EmS",
	"id":                    "id.",
	"fullempty":             "full/empty",
	"goods(undg)identifier": "goods (UNDG) identifier",
	"mfag":                  "MFAG",
	"numberpo":              "number/PO",
	"ornotification":        "or notification",
	"placelocation":         "place/location",
	"prepaidcollect":        "prepaid/collect",
	"productservice":        "product/service",
	"ratetariff":            "rate/tariff",
	"referencepassword":     "reference/password",
	"requestnotification":   "request/notification",
	"requirementcondition":  "requirement/condition",
	"sectorsubject":         "sector/subject",
	"subentity":             "sub-entity",
	"subfunction":           "sub-function",
	"subidentification":     "sub-identification",
	"subline":               "sub-line",
	"substanceitempage":     "substance/item/page",
	"surfacelayer":          "surface/layer",
	"trem":                  "TREM",
	"undg":                  "UNDG",
}
