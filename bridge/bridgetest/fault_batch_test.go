package bridgetest

import (
	"context"

	"github.com/edibridge/edibridge/bridge"
)

func (c counting) CloseBatch(context.Context, bridge.Claim) error { c["CloseBatch"]++; return nil }
func (c counting) Members(context.Context, bridge.MemberQuery) ([]bridge.Transmission, error) {
	c["Members"]++
	return []bridge.Transmission{{}}, nil
}
func (c counting) Batches(context.Context) ([]bridge.Batch, error) {
	c["Batches"]++
	return []bridge.Batch{{}}, nil
}
