package sftp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

func fingerprints(keys []ssh.Signer) []string {
	var out []string
	for _, key := range keys {
		out = append(out, key.PublicKey().Type()+" "+ssh.FingerprintSHA256(key.PublicKey()))
	}
	return out
}

func TestLoadOrCreateHostKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	created, err := LoadOrCreateHostKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, key := range created {
		types = append(types, key.PublicKey().Type())
	}
	if want := []string{"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"}; !slices.Equal(types, want) {
		t.Errorf("types\ngot  %q\nwant %q", types, want)
	}
	if _, err := serverConfig(created); err != nil {
		t.Errorf("the server does not take them: %v", err)
	}
	loaded, err := LoadOrCreateHostKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fingerprints(loaded), fingerprints(created); !slices.Equal(got, want) {
		t.Errorf("loaded\ngot  %q\nwant %q", got, want)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Errorf("files are %v, %v\nwant the three keys alone", files, err)
	}
	path := filepath.Join(dir, "ssh_host_ed25519_key")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateHostKeys(dir); err == nil || !strings.Contains(err.Error(), "0644") {
		t.Errorf("readable by others: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateHostKeys(dir); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a damaged key: %v\nwant an error that names the file, and no new key", err)
	}
}

func TestHostKeysAreMadeOnce(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	var all [][]string
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			keys, err := LoadOrCreateHostKeys(dir)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, fingerprints(keys))
		})
	}
	wg.Wait()
	for _, got := range all {
		if !slices.Equal(got, all[0]) {
			t.Errorf("two processes have different keys\n%q\n%q", got, all[0])
		}
	}
}
