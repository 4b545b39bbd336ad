package sftp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// durable is a Handler that does the least that custody needs: write and fsync.
type durable struct{ dir string }

func (d durable) Accept(_ context.Context, delivery *transports.Delivery) (transports.Receipt, error) {
	return transports.Receipt{ID: delivery.ID, Status: transports.Accepted}, writeFile(filepath.Join(d.dir, delivery.ID), delivery.Body)
}

func writeFile(path string, body io.Reader) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, body); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Remove(path)
}

// benchServer runs a server whose Handler writes and syncs.
func benchServer(b *testing.B, cipher string) *client {
	h := open(b)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx, durable{b.TempDir()}) }()
	c, err := h.dial("acme", func(c *ssh.ClientConfig) { c.Ciphers = []string{cipher} })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		c.Close()
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return c
}

// BenchmarkPut is OPEN, WRITE, CLOSE in an open session, answered when durable.
func BenchmarkPut(b *testing.B) {
	for _, size := range []int{1 << 10, 10 << 10, 100 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := benchServer(b, ssh.CipherAES128GCM)
			body := noise(size)
			for b.Loop() {
				if err := c.put("/in/po.edi", fresh, body); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}

// BenchmarkPutLarge is one file of 256 MiB.
func BenchmarkPutLarge(b *testing.B) {
	body := noise(256 << 20)
	for _, cipher := range []string{ssh.CipherAES128GCM, ssh.CipherChaCha20Poly1305} {
		b.Run(cipher, func(b *testing.B) {
			c := benchServer(b, cipher)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := c.put("/in/big.edi", fresh, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFloor is what the disk alone takes for the same: write and fsync.
func BenchmarkFloor(b *testing.B) {
	for _, size := range []int{1 << 10, 10 << 10, 100 << 10, 256 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			body, path := noise(size), filepath.Join(b.TempDir(), "floor")
			b.SetBytes(int64(size))
			for b.Loop() {
				if err := writeFile(path, bytes.NewReader(body)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}

// BenchmarkLogin is connect, key exchange, login by key, open the channel.
func BenchmarkLogin(b *testing.B) {
	h := start(b)
	for b.Loop() {
		c, err := h.dial("acme")
		if err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "logins/s")
}

// BenchmarkListing pages through /out with 10,000 documents.
func BenchmarkListing(b *testing.B) {
	h := start(b)
	for i := range 10_000 {
		h.mailbox.Put(endpoint, "acme", fmt.Sprintf("%06d.edi", i), nil)
	}
	c := h.login(b, "acme")
	for b.Loop() {
		if list, err := c.ReadDir("/out"); err != nil || len(list) != 10_000 {
			b.Fatal(len(list), err)
		}
	}
}
