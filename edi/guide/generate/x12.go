package main

import (
	"io/fs"
	"strconv"
	"strings"
)

// x12Set reads FOLDER/sets/850.tsv: area, pos, segment, req, max_use, loop (the
// triggers of the loops around the row, the one that it opens included),
// loop_repeat (on the row that opens a loop), loop_id.
func (r *release) x12Set(tables fs.FS, folder, id string) error {
	t, err := readTable(tables, folder+"/sets/"+id+".tsv")
	if err != nil {
		return err
	}
	s := set{id: id, title: r.codes["143"][id]}
	for _, row := range t {
		l := line{area: row["area"], pos: positionOf(folder, id, row), tag: row["segment"], req: row["req"], max: row["max_use"]}
		if row["loop"] != "" {
			l.depth = strings.Count(row["loop"], "/") + 1
		}
		if row["loop_repeat"] != "" {
			l.depth--
			l.loop = &loop{row["req"], row["loop_repeat"], row["loop_id"]}
		}
		s.lines = append(s.lines, l)
	}
	r.sets = append(r.sets, s)
	return nil
}

// x12Tables reads segments.tsv (segment, ref, element, req, repeat),
// relations.tsv (segment, condition), composites.tsv (composite, ref, element,
// req), elements.tsv (id, name, type, min, max), codes.tsv (element, code, name).
func (r *release) x12Tables(tables fs.FS, folder string) error {
	var t [5]table
	for i, name := range []string{"segments.tsv", "relations.tsv", "composites.tsv", "elements.tsv", "codes.tsv"} {
		var err error
		if t[i], err = readTable(tables, folder+"/"+name); err != nil {
			return err
		}
	}
	number := func(row map[string]string) member {
		m := member{row["ref"], row["element"], row["req"], row["repeat"]}
		switch m.repeat {
		case "1":
			m.repeat = ""
		case "n":
			m.repeat = "*"
		}
		return m
	}
	known := len(r.segments)
	r.segments = addStructures(r.segments, t[0], "segment", number)
	for _, s := range r.segments[known:] {
		for _, row := range t[1] {
			if row["segment"] == s.id {
				s.conditions = append(s.conditions, strings.Fields(conditionOf(folder, s.id, row["condition"]))...)
			}
		}
		s.conditions = append(s.conditions, strings.Fields(departures[folder+" "+s.id])...)
	}
	r.composites = addStructures(r.composites, t[2], "composite", number)
	r.addCodes(t[4])
	r.addElements(t[3], func(row map[string]string) element {
		shortest, _ := strconv.Atoi(row["min"])
		for code := range r.codes[row["id"]] { // some tables give the length of one code for that of all
			shortest = min(shortest, len(code))
		}
		return element{row["id"], row["name"], pad(row["type"], 2), strconv.Itoa(shortest) + "/" + row["max"]}
	})
	return nil
}
