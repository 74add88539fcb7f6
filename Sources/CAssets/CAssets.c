#include "CAssets.h"

/* #embed costs the compiler nothing; Swift's own way of embedding takes seconds for a file of this size. */
static const unsigned char openapi_yaml[] = {
#embed "../../openapi.yaml"
};

const unsigned char *sluice_openapi_yaml(void) { return openapi_yaml; }

size_t sluice_openapi_yaml_size(void) { return sizeof openapi_yaml; }
