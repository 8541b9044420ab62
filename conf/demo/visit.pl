# Asks each of the demo's web servers for a page every second: visit.pl PORT...
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
while (1) {
    for my $port (@ARGV) {
        my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5);
        if (!$server) {
            print "port $port: $!\n";
            next;
        }
        print $server "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        my @answer = <$server>;
        print "port $port: $answer[-1]" if @answer;
    }
    sleep 1;
}
