// Upstream's remotedialer as a peer of the interoperability test: `server` accepts tunnels and dials through them on demand,
// `client` opens one. The first line on standard output says what the test needs to go on.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rancher/remotedialer"
)

func main() {
	switch os.Args[1] {
	case "server":
		serve()
	case "client":
		connect(os.Args[2], os.Args[3])
	}
}

// serve accepts tunnels at /v3/connect, the key being the header X-Key; a request for /dial?key=&address= is answered with what
// a GET to that address through the key's tunnel gives.
func serve() {
	server := remotedialer.New(func(request *http.Request) (string, bool, error) {
		return request.Header.Get("X-Key"), true, nil
	}, remotedialer.DefaultErrorWriter)
	mux := http.NewServeMux()
	mux.Handle("/v3/connect", server)
	mux.HandleFunc("/dial", func(response http.ResponseWriter, request *http.Request) {
		key := request.URL.Query().Get("key")
		awaitSession(server, key)
		dialer := server.Dialer(key)
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer(ctx, network, address)
		}}
		defer transport.CloseIdleConnections()
		client := http.Client{Transport: transport, Timeout: 10 * time.Second}
		answer, err := client.Post("http://"+request.URL.Query().Get("address")+"/", "application/octet-stream", request.Body)
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		response.WriteHeader(answer.StatusCode)
		io.Copy(response, answer.Body)
	})
	mux.HandleFunc("/measure", func(response http.ResponseWriter, request *http.Request) { measure(server, response, request) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go http.Serve(listener, mux)
	// Ends with the test that started it.
	io.Copy(io.Discard, os.Stdin)
}

// awaitSession waits, for 5 s at most, until the key has a session: the library tells the client first that it is connected, and
// registers the session then, without an event.
func awaitSession(server *remotedialer.Server, key string) {
	for end := time.Now().Add(5 * time.Second); !server.HasSession(key) && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
}

// measure answers with the figures of the tunnel benchmark, as JSON: MiB/s of one transfer of /bulk, and milliseconds of small
// requests, idle and beside several such transfers.
func measure(server *remotedialer.Server, response http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	address := query.Get("address")
	seconds, _ := strconv.Atoi(query.Get("seconds"))
	streams, _ := strconv.Atoi(query.Get("streams"))
	times, _ := strconv.Atoi(query.Get("times"))
	awaitSession(server, query.Get("key"))
	dial := server.Dialer(query.Get("key"))
	get := func(path string) (*http.Response, error) {
		transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dial(ctx, network, address)
		}}
		return (&http.Client{Transport: transport}).Get("http://" + address + path)
	}
	fail := func(err error) { http.Error(response, err.Error(), http.StatusBadGateway) }

	var read atomic.Int64
	drain := func(body io.Reader) {
		buffer := make([]byte, 64*1024)
		for {
			count, err := body.Read(buffer)
			read.Add(int64(count))
			if err != nil {
				return
			}
		}
	}
	bulk, err := get("/bulk")
	if err != nil {
		fail(err)
		return
	}
	go drain(bulk.Body)
	time.Sleep(time.Second)
	before, began := read.Load(), time.Now()
	time.Sleep(time.Duration(seconds) * time.Second)
	rate := float64(read.Load()-before) / (1 << 20) / time.Since(began).Seconds()
	bulk.Body.Close()

	small := func() ([]float64, error) {
		samples := make([]float64, 0, times)
		for range times {
			start := time.Now()
			answer, err := get("/small")
			if err != nil {
				return nil, err
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			samples = append(samples, float64(time.Since(start).Microseconds())/1000)
		}
		sort.Float64s(samples)
		return samples, nil
	}
	idle, err := small()
	if err != nil {
		fail(err)
		return
	}
	for range streams {
		if other, err := get("/bulk"); err == nil {
			defer other.Body.Close()
			go drain(other.Body)
		}
	}
	time.Sleep(time.Second)
	beside, err := small()
	if err != nil {
		fail(err)
		return
	}
	at := func(samples []float64, share float64) float64 { return samples[int(share*float64(len(samples)-1))] }
	fmt.Fprintf(response, `{"rate":%f,"idle":{"p50":%f,"p99":%f},"beside":{"p50":%f,"p99":%f}}`,
		rate, at(idle, 0.5), at(idle, 0.99), at(beside, 0.5), at(beside, 0.99))
}

func connect(url, key string) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	headers := http.Header{"X-Key": {key}}
	dialer := &websocket.Dialer{HandshakeTimeout: 10 * time.Second}
	allow := func(proto, address string) bool { return proto == "tcp" }
	onConnect := func(context.Context, *remotedialer.Session) error {
		fmt.Println("connected")
		return nil
	}
	remotedialer.ConnectToProxy(ctx, url, headers, allow, dialer, onConnect)
}
