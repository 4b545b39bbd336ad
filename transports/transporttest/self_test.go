package transporttest_test

import (
	"testing"

	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/transporttest"
)

func TestMailboxInMemory(t *testing.T) {
	transporttest.TestMailbox(t, transporttest.MailboxUnderTest{
		New: func(*testing.T) (transports.Mailbox, func(endpoint, peer, name string, body []byte) string) {
			box := &transporttest.Mailbox{}
			return box, box.Put
		},
		Endpoints: [2]string{"sftp", "pull"},
		Peers:     [2]string{"acme", "globex"},
	})
}
