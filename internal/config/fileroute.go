package config

import (
	"strings"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// fileRoute takes over one agreement about files that are moved as they are.
func (l *loader) fileRoute(p *partnerSource, name string, a agreement) {
	at := func(steps ...string) []string { return append([]string{"agreements", name}, steps...) }
	for _, keys := range [][]string{{"batch"}, {"sequence"}, {"window"}, {"envelope"}, {"receivers"}, {"senders"}, {"guide"}, {"mapping"}, {"acknowledge"}, {"events"},
		{"accept"}, {"waive"}, {"maxFindings"}, {"expectTraffic"}, {"duplicates", "control"}, {"duplicates", "document"}} {
		if p.has(at(keys...)) {
			p.problem(at(keys...), "%q is for EDI; files are moved as they are", keys[len(keys)-1])
		}
	}
	made := &bridge.Route{Name: name, Partner: p.Partner, Pattern: a.Receive.Pattern, Mode: a.Receive.Mode, To: a.To,
		EDI: a.EDI == "move", FileName: a.FileName, Repeated: a.Duplicates.Bytes, OnDead: bridge.OnDead(a.OnDead), Retention: l.keptBy(p, at("retention"), a.Retention)}
	switch ep, ok := l.cfg.Endpoints[a.To]; {
	case a.To == "":
		p.problem(at("receive"), `"to" is missing: the endpoint that these files go to`)
	case !ok:
		p.problem(at("to"), "there is no endpoint %q%s", a.To, didYouMean(a.To, sortedKeys(l.cfg.Endpoints)))
	case ep.Kind == bridge.EndpointSFTPServer:
		p.problem(at("to"), "nothing can be sent to %q: partners connect to it; a partner's mailbox is \"PARTNER-mailbox\"", a.To)
	default:
		l.sameMode(p, at("to"), a.To, made.Mode)
	}
	for _, other := range p.made.Routes {
		if strings.EqualFold(other.Pattern, made.Pattern) {
			p.problem(at("receive"), "agreement %s is about the same files", other.Name)
		}
	}
	l.fileName(p, at("fileName"), a.FileName, false)
	p.made.Routes = append(p.made.Routes, made)
}

// fileName checks a name template.
func (l *loader) fileName(p *partnerSource, at []string, template string, sent bool) {
	if err := bridge.CheckFileName(template, sent); err != nil {
		p.problem(at, "%v", err)
	}
}

// sameMode refuses that what belongs to one mode goes to an endpoint for another.
func (l *loader) sameMode(p *partnerSource, at []string, to string, mode edi.Mode) {
	if ep := l.cfg.Endpoints[to]; ep.Mode != "" && mode != "" && ep.Mode != mode {
		p.problem(at, "the agreement is for %s, endpoint %q for %s: say \"mode: both\" there, or name another", mode, to, ep.Mode)
	}
}
