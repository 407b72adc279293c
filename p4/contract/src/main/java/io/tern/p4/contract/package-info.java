/**
 * The contract between the controller and every data plane: the compiled P4 program ({@link
 * io.tern.p4.contract.TernPipeline}) and constants that the build generates from its P4Info ({@code
 * TernP4}, {@code Reason}).
 */
package io.tern.p4.contract;
