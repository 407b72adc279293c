/** Between the messages of the API and the records of the intent. */
package io.tern.northbound.mapping;
