/* CRC-32C by Intel's storage library: Debian's libisal-dev. */
#include <isa-l/crc.h>
