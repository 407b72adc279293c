/** The resource services: standard methods (AIP-131 to 135) and watches. */
package io.tern.northbound.resource;
