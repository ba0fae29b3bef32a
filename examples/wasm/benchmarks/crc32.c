// Table lookups and shifts: the checksum of a buffer.
static unsigned table[256];
static unsigned char data[1 << 16];
long long run(int n) {
  for (unsigned i = 0; i < 256; i++) {
    unsigned c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (int i = 0; i < 1 << 16; i++) data[i] = i * 7 + (i >> 8);
  unsigned crc = ~0u;
  for (int round = 0; round < n; round++)
    for (int i = 0; i < 1 << 16; i++) crc = table[(crc ^ data[i]) & 255] ^ (crc >> 8);
  return crc;
}
