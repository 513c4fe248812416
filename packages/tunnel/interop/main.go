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
		dialer := server.Dialer(request.URL.Query().Get("key"))
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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go http.Serve(listener, mux)
	// Ends with the test that started it.
	io.Copy(io.Discard, os.Stdin)
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
