// Follows a chain over HTTP with nothing but golang.org/x/mod/sumdb: opens two of its checkpoints, reads the tiles of
// its tree, and proves by them that only entries were appended, and that an entry is there. Reads what to follow as JSON
// from standard input; the exit status is 0 if all of it holds.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type claims struct {
	Key    string // the verifier key
	URL    string // of the chain
	Auth   string // the Authorization header
	Older  string // a checkpoint
	Newer  string // a later one
	Leaf   int64  // the position of an entry
	Hash   string // its hash, Base64
	Spoilt string // a tile whose first byte is to be taken for another one, if any
}

// Reads tiles of height 8 by the paths of C2SP tlog-tiles.
type tiles struct {
	claims
	read int
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		request, err := http.NewRequest("GET", t.URL+"/tile/"+path, nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", t.Auth)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != 200 || len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %s, %d bytes", path, response.Status, len(data))
		}
		if path == t.Spoilt {
			data[0] ^= 1
		}
		t.read++
		all = append(all, data)
	}
	return all, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	var c claims
	check("read", json.NewDecoder(os.Stdin).Decode(&c))
	verifier, err := note.NewVerifier(c.Key)
	check("key", err)
	older := open(c.Older, verifier)
	newer := open(c.Newer, verifier)
	source := &tiles{claims: c}
	reader := tlog.TileHashReader(newer, source)
	growth, err := tlog.ProveTree(newer.N, older.N, reader)
	check("tiles", err)
	check("consistency", tlog.CheckTree(growth, newer.N, newer.Hash, older.N, older.Hash))
	path, err := tlog.ProveRecord(newer.N, c.Leaf, reader)
	check("tiles", err)
	check("inclusion", tlog.CheckRecord(path, newer.N, newer.Hash, c.Leaf, hash(c.Hash)))
	fmt.Println("followed by", source.read, "tiles")
}

// The text of a checkpoint: origin, size, root.
func open(text string, verifier note.Verifier) tlog.Tree {
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	check("checkpoint", err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check("size", err)
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

func hash(text string) tlog.Hash {
	bytes, err := base64.StdEncoding.DecodeString(text)
	check("hash", err)
	var h tlog.Hash
	copy(h[:], bytes)
	return h
}

func check(what string, err error) {
	if err != nil {
		fmt.Println(what+":", err)
		os.Exit(1)
	}
}
