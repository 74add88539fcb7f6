#include "CAssets.h"

/* #embed costs the compiler nothing; Swift's own way of embedding takes seconds for a file of this size. */
const unsigned char sluice_openapi_yaml[] = {
#embed "../../openapi.yaml"
};
const size_t sluice_openapi_yaml_size = sizeof sluice_openapi_yaml;
