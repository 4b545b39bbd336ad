package bridgetest

import (
	"context"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
)

func (c counting) Facts(context.Context, views.Subject, int) ([]views.Said, error) {
	c["Facts"]++
	return []views.Said{{}}, nil
}
func (c counting) Subjects(context.Context, bridge.SubjectQuery) ([]string, error) {
	c["Subjects"]++
	return []string{""}, nil
}
func (c counting) FactsOf(context.Context, bridge.ID, int, int) ([]bridge.Fact, error) {
	c["FactsOf"]++
	return []bridge.Fact{{}}, nil
}
func (c counting) Retell(context.Context, bridge.Retelling) error { c["Retell"]++; return nil }
