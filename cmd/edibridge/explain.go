package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/docs"
	"github.com/edibridge/edibridge/edi/guide"
)

// rulePage is what is known of a rule.
type rulePage struct {
	ID       string `json:"rule"`
	Severity string `json:"severity"`
	Codes    string `json:"codes"`
	Text     string `json:"text"`
	Part     string `json:"part"` // what it is about
}

// rulePages are all rules by id: those of docs/RULES.md, and of guides' lint.
func rulePages() []rulePage {
	var out []rulePage
	part := ""
	for line := range strings.Lines(docs.Rules) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			part = strings.TrimSpace(title)
		}
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 6 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, rulePage{strings.Trim(cells[1], "`"), cells[2], cells[3], cells[4], part})
	}
	for _, r := range guide.LintRules() {
		out = append(out, rulePage{r.ID, string(r.Severity), "", r.Text, "Guides: edibridge guide lint"})
	}
	return out
}

// explainRule shows the page of a rule; of several when id is the beginning of
// their ids.
func explainRule(w io.Writer, id string, asJSON bool) error {
	pages := rulePages()
	var found []rulePage
	for _, p := range pages {
		if p.ID == id {
			found = []rulePage{p}
			break
		}
		if strings.HasPrefix(p.ID, strings.TrimSuffix(id, ".")+".") {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return &exitError{exitNo, fmt.Errorf("there is no rule %q; --explain x12 and --explain edifact list them%s", id, likeRule(id, pages))}
	}
	for _, p := range found {
		switch {
		case asJSON:
			fmt.Fprintf(w, "%s\n", marshal(p))
		case len(found) > 1:
			fmt.Fprintf(w, "%-32s %-8s %s\n", p.ID, p.Severity, p.Text)
		default:
			p.show(w)
		}
	}
	return nil
}

// likeRule names the rules that end as id does.
func likeRule(id string, pages []rulePage) string {
	var like []string
	last := id[strings.LastIndexByte(id, '.')+1:]
	for _, p := range pages {
		if last != "" && strings.HasSuffix(p.ID, "."+last) {
			like = append(like, p.ID)
		}
	}
	if len(like) == 0 {
		return ""
	}
	slices.Sort(like)
	return "; is it " + strings.Join(like, " or ") + "?"
}

func (p *rulePage) show(w io.Writer) {
	fmt.Fprintf(w, "%s  (%s)\n", p.ID, p.Part)
	fmt.Fprintf(w, "  severity  %s\n", p.Severity)
	if strings.Contains(p.Text, "…") || strings.Contains(p.Part, "envelopes") {
		fmt.Fprintf(w, "  it says   %s\n", p.Text)
	} else {
		fmt.Fprintf(w, "  must hold %s\n", p.Text)
	}
	if p.Codes != "" {
		fmt.Fprintf(w, "  sets      %s\n", p.Codes)
	}
	if strings.HasPrefix(p.ID, "guide.") {
		return
	}
	fmt.Fprint(w, "  change    in an agreement, by the rule's id (docs/CONFIGURATION.md, waive)\n")
	if strings.Contains(p.ID, ".element.") || strings.Contains(p.ID, ".segment.") || strings.Contains(p.ID, ".loop.") {
		fmt.Fprint(w, "            in a partner's guide, by a line with severity (docs/GUIDES.md)\n")
	}
}
