"""Addresses, and ways to write URLs, that must never lead anywhere."""

PRIVATE_ADDRESSES = [
    "0.0.0.0",
    "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
    "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.175.48.1",
    "192.168.0.1", "192.168.255.255", "198.18.0.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "::ffff:0:7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "100:0:0:1::1",
    "2001:0:7f00:1::1", "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:30::1", "2620:4f:8000::1",
    "2606:4700:4700::5efe:7f00:1", "2606:4700:4700::200:5efe:a9fe:a9fe", "4000::1", "febf::1", "fdff::1", "ff05::2",
    "2001::1", "2001:10::1",
    "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC_ADDRESSES = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
    "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111",
    "2a00:1450:4001::1", "2001:4860:4860::8888",
]  # fmt: skip
SPELLINGS = [
    "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0177.0.0.1/",
    "https://0177.1/", "https://017700000001/", "https://0x7f.1/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://127.0.0.1./",
    "https://0/", "https://0.0.0.0/", "https://169.254.169.254/latest/meta-data", "https://2852039166/",
    "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://100.64.1.1/", "https://10.1/",
    "https://172.16.1/", "https://192.168.1/", "https://192.0.0.8/", "https://192.88.99.1/",
    "https://224.0.0.1/", "https://255.255.255.255/",
    "https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://[::ffff:a9fe:a9fe]/", "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[fc00::1]/",
    "https://[fd00:ec2::254]/", "https://[fec0::1]/", "https://[ff02::1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2001:db8::1]/", "https://[5f00::1]/",
    "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://api.localhost/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    # Numbers: upper case, padded, mixed bases, too large, read one way in octal and another in decimal.
    "https://0X7F.0X0.0X0.0X1/", "https://0177.0x0.0.01/", "https://0x00000000007f000001/", "https://127.65537/",
    "https://127.0x1/", "https://012.1/", "https://3232235777/", "https://192.168.257/", "https://017700000001./",
    "https://2130706433./", "https://6425673729/", "https://383.0.0.1/", "https://256.256.256.256/",
    "https://0127.0.0.1/", "https://8.8.2056/", "https://127.0.0.1../",
    # Digits and dots of other alphabets that become plain ones on the way to the resolver.
    "https://１２７．０．０．１/", "https://127｡0｡0｡1/", "https://127。1/", "https://0x7f。1/", "https://127.0.0.1。/",
    "https://12⒎0.0.1/", "https://𝟏𝟐𝟕.𝟎.𝟎.𝟏/", "https://¹²⁷.0.0.1/", "https://𝟶𝚡𝟽𝚏.𝟷/", "https://127․0․0․1/",
    "https://ｌｏｃａｌｈｏｓｔ。/", "https://ℓocalhost/", "https://localho\u017ft/", "https://loc\u00adalhost/",
    "https://local\u200bhost/", "https://127.0.0.1\ufeff/", "https://127.0.0.1\u3000/",
    # Percent-encoding, which some clients undo in hosts.
    "https://%31%32%37.0.0.1/", "https://127%2e0%2e0%2e1/", "https://%6c%6f%63alhost/", "https://[%3a%3a1]/",
    "https://127.0.0.1%00.example.org/", "https://127.0.0.1%2f.example.org/", "https://127.0.0.1%23.example.org/",
    # Who is the user, who the host, and what ends it.
    "https://8.8.8.8@127.0.0.1/", "https://8.8.8.8:443@127.0.0.1/", "https://8.8.8.8#@127.0.0.1/",
    "https://127.0.0.1#@example.org/", "https://127.0.0.1\\@example.org/", "https://127.0.0.1;@example.org/",
    "https://127.0.0.1\t/", "https://127.0\n.0.1/", "https://127.0.0.1\r\n.example.org/", "https://127.0.0.1 /",
    # IPv4 within IPv6: compatible, mapped, translated, Teredo, 6to4, NAT64, ISATAP.
    "https://[::127.0.0.1]/", "https://[::a9fe:a9fe]/", "https://[::ffff:192.168.1.1]/",
    "https://[::ffff:0:127.0.0.1]/", "https://[2001:0:7f00:1::]/",
    "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", "https://[2002:a9fe:a9fe::1]/", "https://[2002:c0a8:101::1]/",
    "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b:1:ffff::a9fe:a9fe]/", "https://[fe80::5efe:10.0.0.1]/",
    "https://[2606:4700:4700::5efe:10.0.0.1]/", "https://[2606:4700:4700::200:5efe:a9fe:a9fe]/",
    # Brackets and zones.
    "https://[::1%25lo]/", "https://[::1%0]/", "https://[v1.127.0.0.1]/", "https://[::1].example.org/",
    "https://x[::1]/", "https://[[::1]]/", "https://[::ffff:127.1]/", "https://::1/", "https://[0:0:0:0:0:0:127.0.0.1]/",
    # The rest of the registries, and what clouds keep for their own machines.
    "https://[100::1]/", "https://[2001:2::1]/", "https://[2001:4:112::1]/", "https://[2620:4f:8000::1]/",
    "https://[3fff:fff::1]/", "https://[4000::1]/", "https://[febf::1]/", "https://192.31.196.1/",
    "https://192.52.193.1/", "https://192.175.48.1/", "https://198.18.0.1/", "https://203.0.113.9/",
    "https://168.63.129.16/", "https://100.100.100.200/", "https://192.0.0.192/", "https://metadata.google.internal/",
    # Names of the local network.
    "https://localhost.localdomain/", "https://ip6-localhost/", "https://intranet/", "https://printer.local/",
    "https://router.home.arpa/", "https://db.internal./", "https://1.0.0.127.in-addr.arpa/",
]  # fmt: skip
MALFORMED = [
    "", "https://", "https:///path", "https://?x", "example.org", "//example.org/", "http://example.org/",
    "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)",
    "https://user@example.org/", "https://user:word@example.org/", "https://example.org@127.0.0.1/",
    "https://@example.org/", "https://127.0.0.1\\@example.org/", "https://example.org\\.evil.org/",
    "https://exa mple.org/", "https://example.org/a b", "https://example.org/\r\nHost: x", "https://exa\tmple.org/",
    "https://example.org\0/", "https://example.org/#part", "https://exam%70le.org/", "https://example..org/",
    "https://[::1/", "https://[::g]/", "https://[127.0.0.1]/", "https://example.org:65536/",
    "https://example.org:x/", "https://example.org:-1/", "https://example.org/ä", "https://" + "a" * 64 + ".org/",
    "https://example.org/" + "a" * 2000, "https://exa$mple.org/", "https://example.org,127.0.0.1/",
    "https://example.org:22/", "https://example.org:25/", "https://example.org:0/", "https://example.org:81/",
    "https://example.org:1023/", "https://example.org:3306/", "https://example.org:5432/",
    "https://example.org:6379/", "https://example.org:2375/", "https://example.org:9200/",
    "https://example.org:11211/", "https://example.org:27017/",
]  # fmt: skip
