# A tiny web server for the demo fleet: web.pl PORT
use strict;
use warnings;
use IO::Socket::INET;

my $port = shift;
my $server = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64, ReuseAddr => 1
) or die "cannot listen on port $port: $!\n";
$| = 1;
$SIG{PIPE} = 'IGNORE';
print "listening on http://127.0.0.1:$port/\n";

while (my $client = $server->accept) {
    my $request = <$client>;
    if (defined $request) {
        $request =~ s/\s+\z//;
        while (defined(my $header = <$client>)) { last if $header =~ /^\s*$/; }
        my $body = "Hello from process $$ on port $port.\n";
        print $client "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
            "Content-Length: ", length $body, "\r\nConnection: close\r\n\r\n$body";
        print scalar(localtime), " $request\n";
    }
    close $client;
}
