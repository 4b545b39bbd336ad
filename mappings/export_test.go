package mappings

// Want is what must stand at an element of a segment for a row to read it.
type Want struct {
	Element, Component int    // from 1; component 0: the whole
	Text               string // "": nothing must stand there, or any value where Any is set
	Any                bool
	Odd                bool // a value that the rows before cannot read
}

// Step is a segment on the way to a row, from outer to inner.
type Step struct {
	Tag   string
	Past  bool // it stands behind the others of its tag
	Wants []Want
}

// Goal is a row of a table that reads a value, with a message that it reads.
type Goal struct {
	ID    GoalID
	Row   string // "order-850.map:17"
	Place string // "PO1/PO102"
	List  string // its code list; "": none
	Codes []string
	Steps []Step
}

// GoalID tells rows apart: those of a section count wherever it stands.
type GoalID struct{ row *row }

// Goals are the rows of a table that read a value.
func (m *Mapping) Goals() []Goal {
	var all []Goal
	goals(m.plan().root, nil, &all)
	return all
}

func goals(k *block, around []Step, all *[]Goal) {
	steps := around
	if k.tag != "" {
		s := Step{Tag: k.tag, Past: k.past > 0}
		if k.qualifier != "" {
			s.Wants = append(s.Wants, Want{k.qual.element, k.qual.component, k.qualifier, false, false})
		}
		s.Wants = append(s.Wants, besideWants(k.beside)...)
		steps = append(around[:len(around):len(around)], s)
	}
	for i := range k.rows {
		k.rows[i].goal(steps, all)
	}
	for i := range k.tuples {
		t := &k.tuples[i]
		for j := range t.rows {
			t.rows[j].goal(steps, all)
		}
		for j := range t.shared {
			t.shared[j].goal(steps, all)
			last := (*all)[len(*all)-1].Steps
			last[len(last)-1].Wants = append(last[len(last)-1].Wants, Want{t.spots[0].element, t.spots[0].component, "", true, false})
		}
	}
	for _, kid := range k.kids {
		goals(kid, steps, all)
	}
}

func (r *row) goal(around []Step, all *[]Goal) {
	if r.noPath && r.expr != nil || len(around) == 0 {
		return
	}
	g := Goal{ID: GoalID{r}, Row: r.label, Steps: append([]Step(nil), around...)}
	last := &g.Steps[len(g.Steps)-1]
	last.Wants = append(last.Wants[:len(last.Wants):len(last.Wants)], besideWants(r.wheres)...)
	for _, s := range r.spots {
		last.Wants = append(last.Wants, Want{s.element, s.component, r.fixed, r.fixed == "", r.alt && !r.noPath && r.first == nil})
	}
	for _, s := range around[:len(around)-1] {
		g.Place += s.Tag + "/"
	}
	g.Place += r.text
	if l := r.conv.list; l != nil && r.conv.name != "unit" {
		g.List, g.Codes = l.name, keys(l.names)
	}
	*all = append(*all, g)
}

func besideWants(all []beside) []Want {
	var wants []Want
	for _, h := range all {
		wants = append(wants, Want{h.at.element, h.at.component, h.value, false, false})
	}
	return wants
}

// Silent reports whether the row has a fixed text: what it reads is in no document.
func (id GoalID) Silent() bool { return id.row.noPath }

// Rows tells of each value of a lineage by which row it was read, and from what.
func (l *Lineage) Rows(do func(id GoalID, raw string)) {
	for i := range l.entries {
		e := &l.entries[i]
		do(GoalID{l.plan.rows[e.row]}, l.sp.part(l.src.Element(int(e.place), int(e.element)), int(e.repeated), int(e.component)))
	}
}
